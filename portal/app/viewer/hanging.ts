/** How series are hung when nobody has said how: from what they are. What people change is kept for the next time. */
import { fusionLayers, type PaneSeries } from './panes.ts'
import type { ViewState } from './viewState.ts'

export type Hanging = Pick<ViewState, 'layout' | 'arrangement' | 'plane'>

/** @param series open series by place; null while one is not open */
export function hang(series: readonly (PaneSeries | null)[]): Hanging {
  const open = series.filter((one) => one !== null)
  const modalities = new Set(open.map(({ modality }) => modality))
  if (open.length < 2) return { layout: 'mpr', arrangement: 'one', plane: 'axial' }
  const layers = fusionLayers(series)
  // A whole animal is seen best from above.
  if (layers?.length === open.length && modalities.size === open.length) {
    return open.length === 2
      ? { layout: 'single', arrangement: 'parts', plane: 'coronal' }
      : { layout: 'mpr', arrangement: 'fusion', plane: 'coronal' }
  }
  // Days of one animal, or animals of one day: the same plane of each beside the others.
  return { layout: 'single', arrangement: 'side', plane: 'coronal' }
}

/** Names what is hung: the same kinds of series of a study are hung in the same way. */
export const hangingKey = (studyId: string | null, series: readonly (PaneSeries | null)[]): string =>
  `viewer-hanging ${studyId ?? 'public'} ${series
    .map((one) => `${one?.modality ?? '-'}${one?.geometry ? '' : ' flat'}`)
    .toSorted()
    .join('+')}`
