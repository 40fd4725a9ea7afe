import { childOf, textOf } from '../tree.ts'
import { list, object, orElse } from './shape.ts'
import type { Shape } from './shape.ts'
import { bytes, integer } from './values.ts'

/** These two are written with capitals. */
const deviceWith =
  (name: 'Weight' | 'Rate', key: string, shape: Shape): Shape =>
  (tree, findings) => ({
    Path: textOf(childOf(tree, 'path')) ?? '',
    [name]: shape(childOf(tree, key), findings) ?? null,
  })

const weights = list(deviceWith('Weight', 'weight', orElse(integer, 0)))
const rates = list(deviceWith('Rate', 'rate', orElse(bytes, '0')))

export const blkioShape = object({
  weight: integer,
  weight_device: weights,
  device_read_bps: rates,
  device_read_iops: rates,
  device_write_bps: rates,
  device_write_iops: rates,
})
