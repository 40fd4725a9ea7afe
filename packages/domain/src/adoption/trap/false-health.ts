import { walkNginx } from '../../repository/nginx-conf.ts'
import type { Trap } from '../finding.ts'

const HEALTH_PATH =
  /^[\^~=]*\/?(?:api\/)?(?:health|healthz|healthcheck|health_check|livez?|readyz?|status|ping|up)\/?\$?$/i

/** A health path that the proxy answers by itself says that the proxy runs, and nothing of the services behind it. */
export const falseHealth: Trap = {
  id: 'false-health',
  passes: 'no health path is answered by the proxy alone',
  look: (survey) => {
    if (survey.nginx.length === 0) return null
    return survey.nginx.flatMap(({ path: file, directives }) =>
      [...walkNginx(directives)].flatMap(({ directive, around }) => {
        const location = around.at(-1)
        const isHealth = location?.name === 'location' && location.args.some((arg) => HEALTH_PATH.test(arg))
        if (directive.name !== 'return' || !isHealth || !/^2\d\d$/.test(directive.args[0] ?? '')) return []
        return [
          {
            ...{ status: 'fail' as const, file, line: directive.line },
            message: `${location.args.at(-1) ?? ''} is answered ${directive.args[0] ?? ''} by nginx itself: whoever watches it sees good health while every service is down`,
            fix: 'pass it on to a service (proxy_pass), or call it /nginx-health and watch a path of each service',
          },
        ]
      }),
    )
  },
}
