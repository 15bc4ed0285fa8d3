import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDownload } from '@tabler/icons-react'
import { targets } from '#imaging/write/targets.ts'

/** The files of a series as they were uploaded, and its image in the formats that other programs read. */
export function DownloadMenu({ seriesId, hasImage }: { seriesId: string; hasImage: boolean }) {
  const base = `/api/v1/series/${seriesId}`
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={17} aria-hidden />}
          rightSection={<IconChevronDown size={15} aria-hidden />}
        >
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={`${base}/archive.zip`} download>
          Original files, zip
        </Menu.Item>
        {hasImage && (
          <>
            <Menu.Divider />
            <Menu.Label>Converted, with what the record says</Menu.Label>
            {Object.entries(targets).map(([ending, { title }]) => (
              <Menu.Item key={ending} component="a" href={`${base}/as/${ending}`} download>
                {title} <span className="dim">.{ending}</span>
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
