import { crossReferenceProblems } from './cross-references.ts'
import { issueProblems } from './issue-problems.ts'
import { orderProblems } from './problem.ts'
import type { Problem } from './problem.ts'
import { configFile } from './schema.ts'
import type { ConfigFile } from './schema.ts'
import { readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** A `towpath.yaml` without problems: what `resolveConfig` and `explainConfig` take. */
export interface TowpathConfig {
  /** Path as given, for messages. */
  path: string
  file: ConfigFile
  /** As written, with places: layers are merged from this, so that a built-in value never hides a default. */
  source: YamlSource
}

export type ParsedConfig = { ok: true; config: TowpathConfig } | { ok: false; problems: Problem[] }

/** Reads a whole `towpath.yaml` from any commit, also a hostile one. Gives every problem at once, in reading order. */
export function parseConfig(input: { path: string; text: string }): ParsedConfig {
  const { source, problems } = readYaml(input)
  if (source === null) return { ok: false, problems: orderProblems(problems) }
  if (source.tree === null && problems.length === 0) {
    const hint = 'start with version: 1, project, services and environments'
    return {
      ok: false,
      problems: [
        { file: input.path, ...source.valueAt([]), message: 'the file is empty', hint, conceal: false },
      ],
    }
  }
  const parsed = configFile.safeParse(source.tree)
  const all = [
    ...problems,
    ...(parsed.success ? [] : issueProblems(source, parsed.error.issues)),
    ...crossReferenceProblems(source),
  ]
  if (all.length > 0 || !parsed.success) return { ok: false, problems: orderProblems(all) }
  return { ok: true, config: { path: input.path, file: parsed.data, source } }
}
