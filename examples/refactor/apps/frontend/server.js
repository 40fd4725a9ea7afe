import { die, startService } from '../service/start-service.js'

/** The frontend: one page that reads the backend from the browser, as a single-page app does. */
export const serve = (env) => {
  const page = renderPage({
    release: env.RELEASE ?? 'unknown',
    api: env.NEXT_PUBLIC_BACKEND_SERVICE_API_PATH ?? 'api',
  })
  startService({
    name: 'frontend',
    port: Number(env.PORT ?? 3000),
    address: env.HOSTNAME ?? '0.0.0.0',
    isHealthy: async () => null,
    routes: {
      'GET /': async () => ({ status: 200, body: page, type: 'text/html; charset=utf-8' }),
      'GET /crash': async () => die('crashed by GET /crash'),
    },
  })
}

const renderPage = ({ release, api }) => `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Refactor</title>
  <h1>Refactor</h1>
  <p>Frontend ${release}</p>
  <ul id="items"></ul>
  <script>
    fetch('/${api}/items').then((answer) => answer.json()).then((items) => {
      for (const { name } of items) document.querySelector('#items').append(Object.assign(document.createElement('li'), { textContent: name }))
    })
  </script>
</html>
`
