import { list, object, record, text, textMap, texts } from './shape.ts'
import { choice, flag, integer } from './values.ts'

const pool = object({ subnet: text, gateway: text, ip_range: text, aux_addresses: textMap })

/** `ipam` is always there. */
export const networks = record(
  object({
    name: text,
    driver: text,
    driver_opts: textMap,
    ipam: object({ driver: text, config: list(pool), options: textMap }, true),
    external: flag,
    internal: flag,
    attachable: flag,
    labels: textMap,
    enable_ipv4: choice,
    enable_ipv6: choice,
  }),
)

export const volumes = record(
  object({ name: text, driver: text, driver_opts: textMap, external: flag, labels: textMap }),
)

const fileObject = {
  name: text,
  file: text,
  environment: text,
  external: flag,
  labels: textMap,
  driver: text,
  driver_opts: textMap,
  template_driver: text,
}

/** The value of a secret is never shown. */
export const secrets = record(object(fileObject))

export const configs = record(object({ ...fileObject, content: text }))

export const models = record(
  object({ name: text, model: text, context_size: integer, runtime_flags: texts() }),
)
