import type { HttpProbe, HttpRequest } from '@towpath/app/ports/http-probe.ts'
import { describe, expect, it } from 'vitest'

export interface HttpProbeUnderTest {
  probe: HttpProbe
  /** Of a service that answers 204 to /health and 500 to everything else, of one where nothing listens, and of a silent one. */
  port: number
  deadPort: number
  silentPort: number
}

/** The promises of the port; every implementation runs them. */
export function httpProbeContract(open: () => Promise<HttpProbeUnderTest>): void {
  const request = (port: number, path = '/health'): HttpRequest => ({
    ...{ address: '127.0.0.1', port, method: 'GET', path, headers: {}, timeoutMs: 400 },
  })
  describe('http probe contract', () => {
    it('gives the status of whatever answer there is', async () => {
      const { probe, port } = await open()
      expect(await probe.ask(request(port))).toMatchObject({ status: 204, fault: null, isHeard: true })
      expect(await probe.ask(request(port, '/'))).toMatchObject({ status: 500, body: 'no', isHeard: true })
    })

    it('tells a refusal apart from silence, and throws for neither', async () => {
      const { probe, deadPort, silentPort } = await open()
      const refused = await probe.ask(request(deadPort))
      expect(refused).toMatchObject({ status: null, fault: expect.stringMatching(/./), isHeard: true })
      const silent = await probe.ask(request(silentPort))
      expect(silent).toMatchObject({
        status: null,
        fault: 'no complete answer within 400 ms',
        isHeard: false,
      })
    })
  })
}
