/** The pictures on the screen as one PNG, with what is written over them. */

/** @param panes elements of the panes; each holds the drawn canvas and the drawings over it */
export async function screenshot(panes: readonly HTMLElement[]): Promise<Blob> {
  const boxes = panes.map((pane) => pane.getBoundingClientRect())
  const left = Math.min(...boxes.map((box) => box.left))
  const top = Math.min(...boxes.map((box) => box.top))
  const scale = window.devicePixelRatio || 1
  const sheet = document.createElement('canvas')
  sheet.width = Math.round((Math.max(...boxes.map((box) => box.right)) - left) * scale)
  sheet.height = Math.round((Math.max(...boxes.map((box) => box.bottom)) - top) * scale)
  const context = sheet.getContext('2d')!
  context.fillStyle = '#000'
  context.fillRect(0, 0, sheet.width, sheet.height)
  context.scale(scale, scale)
  for (const [n, pane] of panes.entries()) {
    const box = boxes[n]!
    const place = [box.left - left, box.top - top, box.width, box.height] as const
    for (const canvas of pane.querySelectorAll('canvas')) {
      if (canvas.width > 0 && getComputedStyle(canvas).display !== 'none') context.drawImage(canvas, ...place)
    }
    for (const drawing of pane.querySelectorAll<SVGSVGElement>('svg[data-overlay], svg.svg-layer')) {
      context.drawImage(await picture(drawing, box), ...place)
    }
  }
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png')
  })
}

async function picture(drawing: SVGSVGElement, { width, height }: DOMRect): Promise<HTMLImageElement> {
  const copy = drawing.cloneNode(true) as SVGSVGElement
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await image.decode()
  return image
}

export const downloadText = (text: string, name: string): void =>
  download(new Blob([text], { type: 'text/csv;charset=utf-8' }), name)

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
