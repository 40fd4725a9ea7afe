import { serve } from './server.js'

serve(process.env)
