import type { ImageSeries } from '#ontology/entities/series.ts'

/** Whether an image has several slices or times, and so an animation. */
export function movesOf(image: ImageSeries['image']): boolean {
  const [, , z = 1, t = 1] = image?.shape ?? []
  return z * t > 1
}

/** Address of the series in motion; null when it is a single picture. */
export const seriesAnimation = ({ id, image }: Pick<ImageSeries, 'id' | 'image'>): string | null =>
  movesOf(image) ? animationAddress(id) : null

export const animationAddress = (seriesId: string): string => `/api/v1/series/${seriesId}/animation`
