import { z } from '@hono/zod-openapi'
import type { StoredAdvisories } from '@towpath/domain/advisory/stored-advisories.ts'
import { timeShape } from '../endpoint.ts'

/** Advisories that the server holds. */
export const advisoriesShape = z
  .strictObject({
    digest: z.string().openapi({ description: 'SHA-256 of the data, hex: another digest is other data.' }),
    newest: z.string().nullable().openapi({ description: 'When its newest record was modified.' }),
    count: z.int(),
    unread: z.int().openapi({ description: 'Records that could not be read where they came from.' }),
    ecosystems: z.record(z.string(), z.int()),
    partial: z.array(z.string()).openapi({ description: 'Ecosystems of which only a part is here.' }),
    source: z.string(),
    importedAt: timeShape,
    importedBy: z.string(),
  })
  .openapi('Advisories', {
    example: {
      digest: '7f3a0f1c'.repeat(8),
      newest: '2026-08-21T09:30:00Z',
      count: 1206,
      unread: 0,
      ecosystems: { 'crates.io': 1193 },
      partial: [],
      source: 'https://osv-vulnerabilities.storage.googleapis.com',
      importedAt: '2026-08-21T10:00:00.000Z',
      importedBy: 'ci',
    },
  })

export const showAdvisories = ({
  digest,
  newest,
  count,
  unread,
  ecosystems,
  partial,
  source,
  importedAt,
  importedBy,
}: StoredAdvisories): z.infer<typeof advisoriesShape> => ({
  ...{ digest, newest, count, unread, ecosystems, partial: [...partial], source, importedAt, importedBy },
})
