/** The frame around every page: skip link, header with search and navigation, progress of loading, footer. */
import { useEffect, useRef, type ReactNode } from 'react'
import { IconMenu2, IconSearch, IconUser } from '@tabler/icons-react'
import { Form, Link, NavLink, useLocation, useMatches, useNavigation } from 'react-router'
import type { Me } from '../contract.ts'
import { ColorSchemeSwitch } from './colorSchemeSwitch.tsx'
import { Logo } from './logo.tsx'
import styles from './shell.module.css'

/**
 * What a route may export as `handle`.
 * page: text width with a footer; wide: all of the window; full: the page fills the window below the header (viewer).
 */
export interface PageHandle {
  width?: 'page' | 'wide' | 'full'
}

export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  const width = useMatches().reduce<string>((found, { handle }) => (handle as PageHandle)?.width ?? found, 'page')
  return (
    <div className={styles.frame} data-width={width}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <LoadingBar />
      <header className={styles.header}>
        <Link to="/" className={styles.brand} aria-label="Vivarchive, home">
          <Logo />
          <span className={styles.name}>Vivarchive</span>
        </Link>
        <nav className={styles.nav} aria-label="Main">
          <MainLinks me={me} />
        </nav>
        <HeaderSearch />
        <ColorSchemeSwitch />
        <Account me={me} />
        <MobileMenu me={me} />
      </header>
      <Main>{children}</Main>
      {width !== 'full' && <Footer />}
    </div>
  )
}

/** After a navigation closes the menus and moves the focus to the new page, as a full page load would. */
function Main({ children }: { children: ReactNode }) {
  const { pathname, key } = useLocation()
  const shown = useRef({ pathname, key })
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    if (shown.current.key !== key) {
      for (const menu of document.querySelectorAll<HTMLElement>('[data-menu]:popover-open')) menu.hidePopover()
    }
    if (shown.current.pathname !== pathname) main.current?.focus({ preventScroll: true })
    shown.current = { pathname, key }
  }, [pathname, key])
  return (
    <main id="main" ref={main} tabIndex={-1} className={styles.main}>
      {children}
    </main>
  )
}

function LoadingBar() {
  const navigation = useNavigation()
  const loading = navigation.state !== 'idle'
  return (
    <>
      <div className={styles.loading} data-on={loading || undefined} />
      <output className="srOnly">{loading ? 'Loading the page' : ''}</output>
    </>
  )
}

function MainLinks({ me }: { me: Me }) {
  const role = me.user?.siteRole
  return (
    <>
      <NavLink to="/registry">Registry</NavLink>
      {me.user && <NavLink to="/work">My work</NavLink>}
      {(role === 'curator' || role === 'admin') && <NavLink to="/submissions">Submissions</NavLink>}
      {role === 'admin' && <NavLink to="/admin/users">Users</NavLink>}
      {role === 'admin' && <NavLink to="/admin/audit">Audit</NavLink>}
      {role === 'admin' && <NavLink to="/admin/storage">Storage</NavLink>}
    </>
  )
}

function HeaderSearch() {
  const { pathname } = useLocation()
  // The pages with a search of their own do not need a second one.
  if (pathname === '/' || pathname === '/registry') return <div className={styles.search} />
  return (
    <search className={styles.search}>
      <Form action="/registry">
        <IconSearch size={16} aria-hidden />
        <input type="search" name="q" placeholder="Search" aria-label="Search the registry" />
      </Form>
    </search>
  )
}

/** Menus are popovers of the browser: they work by keyboard and without script. */
function Account({ me }: { me: Me }) {
  if (!me.user) {
    return (
      <Link to="/sign-in" className={styles.signIn}>
        Sign in
      </Link>
    )
  }
  return (
    <>
      <button type="button" className={styles.iconButton} popoverTarget="account-menu" aria-label="Account">
        <IconUser size={20} aria-hidden />
      </button>
      <div id="account-menu" popover="auto" data-menu className={styles.menu}>
        <p className={styles.who}>
          <strong>{me.user.name}</strong>
          <span className="dim">{me.user.email}</span>
        </p>
        <Link to="/account">Account and tokens</Link>
        <Form method="post" action="/sign-out">
          <button type="submit">Sign out</button>
        </Form>
      </div>
    </>
  )
}

function MobileMenu({ me }: { me: Me }) {
  return (
    <>
      <button type="button" className={styles.burger} popoverTarget="main-menu" aria-label="Menu">
        <IconMenu2 size={22} aria-hidden />
      </button>
      <nav id="main-menu" popover="auto" data-menu className={styles.menu} aria-label="Menu">
        <MainLinks me={me} />
        {!me.user && <Link to="/sign-in">Sign in</Link>}
      </nav>
    </>
  )
}

function Footer() {
  return (
    <footer className={styles.footer}>
      <span>Vivarchive, open repository for preclinical imaging</span>
      <nav aria-label="For programs">
        <a href="/docs/api">API</a>
        <a href="/openapi.json">OpenAPI</a>
        <a href="/context.jsonld">JSON-LD context</a>
      </nav>
    </footer>
  )
}
