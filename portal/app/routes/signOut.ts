import { redirect } from 'react-router'
import type { Route } from './+types/signOut.ts'
import { apiOf } from '../api.server.ts'

export async function action({ request, context }: Route.ActionArgs) {
  const { cookies } = await apiOf({ request, context }).send('POST', '/sign-out')
  return redirect('/', { headers: cookies.map((cookie): [string, string] => ['set-cookie', cookie]) })
}

export function loader() {
  return redirect('/account')
}
