import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'

/** Forms in which a table can be had; open at once, because it is loaded when somebody asks for it. */
export const DownloadMenu = ({ address }: { address: string }) => (
  <Menu defaultOpened>
    <Menu.Target>
      <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
        Download
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item component="a" href={`${address}&format=xlsx`}>
        These rows for Excel
      </Menu.Item>
      <Menu.Item component="a" href={`${address}&format=csv`}>
        These rows as CSV
      </Menu.Item>
      <Menu.Item component="a" href={`${address}&format=xlsx&empty=true`}>
        Empty template for Excel
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
)
