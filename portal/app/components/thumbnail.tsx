import { useState } from 'react'
import { ActionIcon } from '@mantine/core'
import {
  IconActivityHeartbeat,
  IconAtom2,
  IconBulb,
  IconCircleDotted,
  IconMagnet,
  IconMicroscope,
  IconPhoto,
  IconPlayerPause,
  IconPlayerPlay,
  IconRadar,
  IconVectorSpline,
  IconWaveSine,
  type Icon,
} from '@tabler/icons-react'
import styles from './thumbnail.module.css'

const modalityIcons: Record<string, Icon> = {
  PT: IconAtom2,
  NM: IconRadar,
  CT: IconCircleDotted,
  MR: IconMagnet,
  US: IconWaveSine,
  PA: IconActivityHeartbeat,
  OI: IconBulb,
  OPT: IconBulb,
  SM: IconMicroscope,
  SEG: IconVectorSpline,
}

interface Props {
  /** Address of the picture; without one (or until it is there) the modality's icon shows through. */
  src?: string | null | undefined
  /** The same in motion: shown while the pointer is on it, or its link has the focus, unless people want less motion. */
  animation?: string | null | undefined
  /** With a button that starts and stops it; not within a link. */
  playable?: boolean
  modality?: string | null | undefined
  /** Edge in CSS pixels; 'fill' takes the width of what it stands in. */
  size?: number | 'fill'
  /** Empty beside a title that says the same. */
  alt?: string
}

/** A picture on near-black ground. */
export function Thumbnail({ src, animation, playable = false, modality, size = 48, alt = '' }: Props) {
  const ModalityIcon = modalityIcons[modality ?? ''] ?? IconPhoto
  const [broken, setBroken] = useState<string | null>(null)
  const [moving, setMoving] = useState<'waiting' | 'ready' | 'broken'>('waiting')
  const [playing, setPlaying] = useState(false)
  const shown = src && src !== broken
  return (
    <span className={styles.frame} data-fill={size === 'fill' || undefined} style={edge(size)}>
      <ModalityIcon size="40%" stroke={1.2} aria-hidden />
      {shown && (
        <img
          src={src}
          alt={alt}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(src)}
          // A picture may have failed before the page came to life.
          ref={(image) => {
            if (image?.complete && image.naturalWidth === 0 && image.currentSrc) setBroken(src)
          }}
        />
      )}
      {shown && animation && moving !== 'broken' && (
        <img
          className={styles.moving}
          data-ready={moving === 'ready' || undefined}
          data-playing={playing || undefined}
          src={animation}
          alt=""
          // Not displayed until it is to move, and so not fetched before.
          loading="lazy"
          onLoad={() => setMoving('ready')}
          onError={() => setMoving('broken')}
        />
      )}
      {shown && animation && playable && (
        <ActionIcon
          className={styles.play}
          variant="default"
          aria-label={playing ? 'Stop the animation' : 'Play the animation'}
          onClick={() => setPlaying(!playing)}
        >
          {playing ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
        </ActionIcon>
      )}
    </span>
  )
}

const edge = (size: number | 'fill') => (size === 'fill' ? undefined : { width: size, height: size })

/** Address of the picture of a series, 256 pixels wide. */
export const seriesThumbnail = (seriesId: string): string => `/api/v1/series/${seriesId}/thumbnail`
