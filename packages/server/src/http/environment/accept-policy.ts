import { z } from '@hono/zod-openapi'
import { acceptPolicy } from '@towpath/app/environment/accept-policy.ts'
import { parseFreezeWindow } from '@towpath/domain/config/freeze-window.ts'
import type { FreezeWindow } from '@towpath/domain/config/resolved-config.ts'
import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { noEvidencePolicy, settled } from '@towpath/domain/evidence/evidence-policy.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, environmentShape, json, jsonBody } from '../endpoint.ts'
import { evidencePolicyShape, policyShape } from './environment-shape.ts'
import { showPolicy } from './show-environment.ts'

const monthMs = 31 * 86_400_000

const body = z
  .strictObject({
    approvals: z.int().min(0).max(20).openapi({ description: 'Distinct people, never the author.' }),
    needs: z
      .array(z.strictObject({ environment: environmentShape, bakedMs: z.int().min(0).max(monthMs) }))
      .max(20)
      .default([]),
    freeze: z
      .array(z.string().max(100))
      .max(50)
      .default([])
      .openapi({ description: 'Weekly windows.', example: ['Fri 16:00-Mon 08:00 Europe/Berlin'] }),
    hosts: z
      .array(
        z
          .string()
          .max(700)
          .refine((host) => parseHostAddress(host) !== null, {
            error: 'is neither unix:///PATH nor ssh://[USER@]HOST[:PORT][/SOCKET]',
          }),
      )
      .max(50)
      .openapi({
        description: 'The only hosts that may be deployed to, as host.docker of towpath.yaml writes them.',
        example: ['ssh://deploy@app.example.com'],
      }),
    evidence: evidencePolicyShape.default(noEvidencePolicy).openapi({ description: 'Absent asks for none.' }),
  })
  .openapi('AcceptPolicy')

const route = endpoint({
  method: 'put',
  path: '/v1/environments/{environment}/policy',
  operationId: 'acceptPolicy',
  tags: ['environment'],
  summary: 'Makes a policy the floor of an environment: a release can only be stricter',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: { 200: json(policyShape, 'The policy with its version') },
})

export const acceptPolicyEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { freeze, evidence, ...asked } = c.req.valid('json')
    const policy = await acceptPolicy(c.var.served.installation, c.var.caller, {
      ...c.req.valid('param'),
      policy: { ...asked, freeze: freeze.map(windowOf), evidence: settled(evidence) },
    })
    return c.json(showPolicy(policy), 200)
  })
}

function windowOf(text: string): FreezeWindow {
  const read = parseFreezeWindow(text)
  if (read.ok) return read.window
  throw new TowpathError({
    code: 'FREEZE_WINDOW_INVALID',
    kind: 'usage',
    message: `The freeze window ${JSON.stringify(text)} ${read.message}.`,
    hint: `${read.hint ?? 'Write it as Fri 16:00-Mon 08:00 Europe/Berlin'}. The policy was not changed.`,
  })
}
