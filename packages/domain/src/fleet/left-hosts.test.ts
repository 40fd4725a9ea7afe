import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostsLeft, leftSentence } from './left-hosts.ts'

const hosts = fc.uniqueArray(
  fc.integer({ min: 1, max: 6 }).map((at) => ({ name: `web-${at}`, docker: `ssh://web-${at}` })),
  { selector: ({ name }) => name },
)

describe('hosts that an environment leaves', () => {
  it('are those of now that are none of the next, and no others', () => {
    fc.assert(
      fc.property(hosts, hosts, (now, next) => {
        const left = hostsLeft(now, next)
        for (const host of now) expect(left.includes(host)).toBe(!next.some(({ name }) => name === host.name))
        expect(now).toEqual(expect.arrayContaining(left))
      }),
    )
  })

  it('are left where their name goes on to another engine', () => {
    const [before, after] = ['ssh://old', 'ssh://new'].map((docker) => ({ name: 'web-1', docker }))
    if (before === undefined || after === undefined) throw new Error('there are two')
    expect(hostsLeft([before], [after])).toEqual([before])
  })

  it('are told with what takes away their containers, of this environment and installation alone', () => {
    const facts = { installation: 'inst_1', environment: 'production' }
    expect(leftSentence({ name: 'web-2', docker: 'ssh://web-2' }, facts)).toBe(
      'web-2, ssh://web-2 is left as it is: nothing looks after what runs there. To take it away, there: docker rm -f $(docker ps -aq --filter label=towpath.installation=inst_1 --filter label=towpath.environment=production)',
    )
  })
})
