import { migrate } from '../migrator.js'
import { serve } from './server.js'

// One image, two roles, as in the compose file.
if (process.env.ROLE === 'migrator') {
  migrate(process.env).then((code) => {
    process.exitCode = code
  })
} else {
  serve(process.env)
}
