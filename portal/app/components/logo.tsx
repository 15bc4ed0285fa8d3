/** The mark: an axial slice through a small animal with one bright focus. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="7.5" cy="8.5" r="5" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="24.5" cy="8.5" r="5" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="16" cy="18.5" r="11.5" fill="var(--image-ground)" stroke="currentColor" strokeWidth="2" />
      <ellipse cx="16" cy="18.8" rx="7.6" ry="7" fill="none" stroke="#5b6670" strokeWidth="1.6" />
      <circle cx="18.6" cy="16.6" r="2.9" fill="#f2a33a" />
      <circle cx="18.6" cy="16.6" r="1.2" fill="#fff3d6" />
    </svg>
  )
}
