import { data } from 'react-router'
import { notFound } from '../components/problem.tsx'

/** Answers every address that no other route knows. */
export function loader() {
  throw data(notFound, { status: 404 })
}

export default function NotFound() {
  return null
}
