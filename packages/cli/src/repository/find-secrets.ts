import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import type { AddedLines } from '@towpath/domain/repository/added-lines.ts'

/** Longest piece that is searched, in UTF-16 units: patterns take longer the longer a line is. */
const PIECE_LENGTH_MAX = 1024 * 1024

export interface FoundSecret {
  rule: string
  file: string
  line: number
  message: string
}

const preset = '@secretlint/secretlint-rule-preset-recommend'
const config = { rules: [{ id: preset, rule: creator }] }

/** What looks like a secret in added lines, each once. The secret itself is in no message. */
export async function findSecrets(
  added: readonly AddedLines[],
): Promise<{ secrets: FoundSecret[]; skipped: AddedLines[] }> {
  const skipped = added.filter(({ text }) => text.length > PIECE_LENGTH_MAX)
  const found = new Map<string, FoundSecret>()
  for (const piece of added) {
    if (piece.text.length > PIECE_LENGTH_MAX) continue
    for (const secret of await secretsIn(piece)) found.set(JSON.stringify(secret), secret)
  }
  return { secrets: [...found.values()], skipped }
}

async function secretsIn({ commit, file, line, text }: AddedLines): Promise<FoundSecret[]> {
  const dot = file.lastIndexOf('.')
  const { messages } = await lintSource({
    source: { filePath: file, content: text, contentType: 'text', ext: dot === -1 ? '' : file.slice(dot) },
    options: { config, maskSecrets: true },
  })
  return messages.map(({ ruleId, messageId, loc }) => ({
    rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
    file,
    line: line + loc.start.line - 1,
    message: `${messageId} in commit ${commit.slice(0, 12)}`,
  }))
}
