import { releaseServer } from './release-server.ts'

/** `node release-process.ts ADDRESS PORT RELEASE`: a release in a process of its own, to be killed without warning. */
const [address, port, release] = process.argv.slice(2)
const { server } = releaseServer(release ?? 'unknown')
server.listen(Number(port), address, () => console.log('listening'))
