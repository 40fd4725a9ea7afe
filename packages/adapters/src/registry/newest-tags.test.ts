import { describe, expect, it } from 'vitest'
import { newestTags } from './newest-tags.ts'

describe('newestTags', () => {
  it('puts the newest version first, a release before its pre-releases, and words last', () => {
    const tags = ['latest', '1.9.0', '1.10.0-rc.2', 'v1.10.0', '1.10.0-rc.10', 'edge', '0.1']
    expect(newestTags(tags, 10)).toEqual([
      'v1.10.0',
      '1.10.0-rc.10',
      '1.10.0-rc.2',
      '1.9.0',
      '0.1',
      'edge',
      'latest',
    ])
  })

  it('gives no more than asked for', () => {
    expect(newestTags(['1', '2', '3'], 2)).toEqual(['3', '2'])
  })
})
