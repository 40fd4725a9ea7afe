import { connectDocker } from './docker.ts'

interface CountLine {
  message: string
  service: string
  answered: Record<string, number>
  aborted: number
}

/** What the example apps of an environment say they answered: each instance's last words, stopped ones included. */
export async function readAppCounts(facts: {
  installation: string
  environment: string
}): Promise<{ answered: number; aborted: number; instances: number }> {
  const docker = connectDocker()
  const containers = await docker.listContainers({
    all: true,
    filters: {
      label: [
        `towpath.installation=${facts.installation}`,
        `towpath.environment=${facts.environment}`,
        'towpath.role=candidate',
      ],
    },
  })
  const said = await Promise.all(
    containers.map(async ({ Id }) => lastWords(await logsOf(docker.getContainer(Id)))),
  )
  const counts = said.filter((line) => line !== null)
  return {
    answered: counts.reduce((sum, { answered }) => sum + total(answered), 0),
    aborted: counts.reduce((sum, { aborted }) => sum + aborted, 0),
    instances: counts.length,
  }
}

const total = (byStatus: Record<string, number>): number =>
  Object.values(byStatus).reduce((sum, count) => sum + count, 0)

interface LogSource {
  logs(options: { stdout: true; stderr: true; tail: number; follow: false }): Promise<Buffer>
}

const logsOf = async (container: LogSource): Promise<string> =>
  (await container.logs({ stdout: true, stderr: true, tail: 200, follow: false })).toString()

/** Lines come in frames of the engine; what we look for starts at its brace. */
function lastWords(log: string): CountLine | null {
  const lines = log
    .split('\n')
    .map((line) => line.slice(Math.max(0, line.indexOf('{'))))
    .filter((line) => line.includes('"request counts"'))
  const last = lines.at(-1)
  return last === undefined ? null : (JSON.parse(last) as CountLine)
}
