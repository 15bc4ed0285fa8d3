/**
 * Cornerstone3D, started once for the page's life: one rendering engine (volume textures belong to its WebGL context
 * and cannot be bound by another), one image loader and one metadata provider. No DICOM reaches the browser.
 */
import { Enums, RenderingEngine, cache, eventTarget, init, imageLoader, metaData, utilities } from '@cornerstonejs/core'
import { colourMapNames, colourStops, colourMaps, type ColourMapName } from './colourMaps.ts'
import { planeMetadata } from './planeMetadata.client.ts'
import type { SeriesPixels } from './seriesPixels.client.ts'

/** The scheme of the image loader: viv:<id of the pixels>/<plane>. */
const scheme = 'viv'
const open = new Map<string, SeriesPixels>()
let engine: RenderingEngine | null = null

export const imageIdOf = (id: string, k: number): string => `${scheme}:${id}/${k}`
export const colourMapId = (name: ColourMapName): string => `vivarchive-${name}`

let known: Graphics | null | undefined

interface Graphics {
  maximumVolumeSide: number
  maximumPlaneSide: number
}

/** What the graphics card can do, or null without WebGL 2. */
export const graphics = (): Graphics | null => (known === undefined ? (known = askGraphics()) : known)

function askGraphics(): Graphics | null {
  const canvas = document.createElement('canvas')
  const gl = canvas.getContext('webgl2')
  if (!gl) return null
  const maximumVolumeSide = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number
  const maximumPlaneSide = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return { maximumVolumeSide, maximumPlaneSide }
}

export function renderingEngine(): RenderingEngine {
  if (engine) return engine
  // Planar viewports all draw in the first context; more would only take graphics memory.
  init({ rendering: { webGlContextCount: 1 }, debug: {} })
  // Planes are evicted by the viewer's own memory plan; the library's cache would drop them without a word.
  cache.setMaxCacheSize(64 * 2 ** 30)
  imageLoader.registerImageLoader(scheme, (imageId: string) => {
    const found = lookUp(imageId)
    if (!found) throw new Error(`The series of ${imageId} is not open.`)
    if (found.mix) return { promise: Promise.resolve(found.pixels.mixedImage(found.k, imageId)) }
    return { promise: found.pixels.image(found.k) }
  })
  metaData.addProvider((type: string, imageId: unknown) => {
    const found = typeof imageId === 'string' ? lookUp(imageId) : null
    return found ? planeMetadata(found.pixels, type, found.k, found.mix) : undefined
  }, 10_000)
  for (const name of colourMapNames) {
    const stops = colourStops(name)
    utilities.colormap.registerColormap({
      Name: colourMapId(name),
      ColorSpace: 'RGB',
      RGBPoints: colourMaps[name].points.flatMap((rgb, n) => [stops[n]!.at, ...rgb]),
    } as Parameters<typeof utilities.colormap.registerColormap>[0])
  }
  engine = new RenderingEngine('viewer')
  return engine
}

/** Tells when the graphics card has let go of the page: after sleep, by a driver that starts anew, in a crowd of tabs. */
export function onGraphicsLost(listener: () => void): () => void {
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, listener)
  return () => eventTarget.removeEventListener(Enums.Events.WEBGL_CONTEXT_LOST, listener)
}

/** Makes the planes of a series known to the loader and the provider. */
export function register(pixels: SeriesPixels): () => void {
  open.set(pixels.id, pixels)
  return () => open.delete(pixels.id)
}

/** viv:<id>/<plane>, or viv:<id>/<mixture>/<plane of the stack>. */
function lookUp(imageId: string): { pixels: SeriesPixels; k: number; mix: boolean } | null {
  if (!imageId.startsWith(`${scheme}:`)) return null
  const parts = imageId.slice(scheme.length + 1).split('/')
  const pixels = open.get(parts[0]!)
  return pixels ? { pixels, k: Number(parts.at(-1)), mix: parts.length === 3 } : null
}
