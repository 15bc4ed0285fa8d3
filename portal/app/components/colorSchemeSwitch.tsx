import { useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun, IconSunMoon } from '@tabler/icons-react'
import { useHydrated } from './hydrated.ts'
import styles from './shell.module.css'

const schemes = [
  { scheme: 'auto', label: 'As the system', Icon: IconDeviceDesktop },
  { scheme: 'light', label: 'Light', Icon: IconSun },
  { scheme: 'dark', label: 'Dark', Icon: IconMoon },
] as const

export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const hydrated = useHydrated()
  return (
    <div className="needsScript">
      <button type="button" className={styles.iconButton} popoverTarget="scheme-menu" aria-label="Colours">
        <IconSunMoon size={20} aria-hidden />
      </button>
      <div id="scheme-menu" popover="auto" className={styles.menu}>
        {schemes.map(({ scheme, label, Icon }) => (
          <button
            key={scheme}
            type="button"
            aria-pressed={hydrated && colorScheme === scheme}
            onClick={(event) => {
              setColorScheme(scheme)
              event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
            }}
          >
            <Icon size={18} aria-hidden />
            {label}
          </button>
        ))}
      </div>
    </div>
  )
}
