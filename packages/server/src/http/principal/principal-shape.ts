import { z } from '@hono/zod-openapi'
import type { Principal } from '@towpath/domain/principal/principal.ts'
import { roles } from '@towpath/domain/principal/principal.ts'
import { timeShape } from '../endpoint.ts'

export const grantShape = z
  .strictObject({
    environment: z
      .string()
      .regex(/^(?:\*|[a-z][a-z0-9-]{0,39})$/)
      .openapi({ description: '* grants the role in every environment.' }),
    role: z.enum(roles),
  })
  .openapi('RoleGrant')

export const principalShape = z
  .strictObject({
    name: z.string(),
    grants: z.array(z.strictObject({ environment: z.string(), role: z.enum(roles) })),
    expiresAt: timeShape,
    revokedAt: timeShape.nullable(),
  })
  .openapi('Principal')

/** What of a principal may leave the server: everything but the hash of its token. */
export const showPrincipal = ({
  name,
  grants,
  expiresAt,
  revokedAt,
}: Principal): z.infer<typeof principalShape> => ({ name, grants, expiresAt, revokedAt })
