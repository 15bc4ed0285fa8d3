import { Message } from './message.tsx'
import type { Opening } from './openSeries.ts'

/** Why a series is not open, or not yet. */
export function OpeningMessage({ opening, id, retry }: { opening: Opening | null; id: string; retry: () => void }) {
  if (opening?.state === 'problem') {
    return (
      <Message
        title="This series cannot be shown"
        act={{ run: retry, label: 'Try again' }}
        to={
          opening.signInMayHelp
            ? {
                href: `/sign-in?returnTo=${encodeURIComponent(window.location.pathname + window.location.search)}`,
                label: 'Sign in',
              }
            : { href: `/series/${id}`, label: 'Page of the series' }
        }
      >
        {opening.message}
      </Message>
    )
  }
  return (
    <Message title={opening?.state === 'waiting' ? 'Not ready yet' : 'Opening the series'}>
      {opening?.state === 'waiting' ? opening.message : 'Reading its header.'}
    </Message>
  )
}
