/** One call of Docker in a line of shell, its global flags read away. */
export interface DockerCommand {
  /** `compose up`, `image prune`, `restart`: the words that say what it does, at most two. */
  does: string
  /** What stands behind them. */
  rest: string[]
  /** True where the line sends it to another engine: `-H`, `--context`, `DOCKER_HOST=`. */
  isRemote: boolean
}

/** Flags before the word that says what is done, which take the next word. */
const VALUED =
  /^(?:-[cHlfp]|--(?:config|context|host|log-level|tlscacert|tlscert|tlskey|ansi|env-file|file|parallel|profile|progress|project-directory|project-name|workdir))$/
const REMOTE = /^(?:-[cH]|--(?:context|host))(?:=|$)/
const GROUPS =
  /^(?:compose|stack|service|system|image|images|container|volume|network|builder|context|swarm)$/

/** Every call of Docker in a line of shell, in quotes for another shell too. What a variable holds is not followed. */
export function dockerCommands(text: string): DockerCommand[] {
  return text
    .replaceAll(/["'`]/g, ' ')
    .split(/&&|\|\||[;|&()]/)
    .flatMap((part) => {
      const words = part.split(/\s+/).filter((word) => word !== '')
      const at = words.findIndex((word) => /^[@+-]*(?:[\w./-]*\/)?(?:docker|podman)(?:-compose)?$/.test(word))
      if (at === -1) return []
      const isSent = words.slice(0, at).some((word) => /^DOCKER_(?:HOST|CONTEXT)=/.test(word))
      const isOld = words[at]?.endsWith('-compose') === true
      return [commandOf(isOld ? ['compose', ...words.slice(at + 1)] : words.slice(at + 1), isSent)]
    })
}

function commandOf(words: readonly string[], isSent: boolean): DockerCommand {
  const own = behindFlags(words)
  const group = own.words[0] ?? ''
  if (!GROUPS.test(group)) return { does: group, rest: own.words.slice(1), isRemote: isSent || own.isRemote }
  const inner = behindFlags(own.words.slice(1))
  return {
    does: `${group} ${inner.words[0] ?? ''}`,
    rest: inner.words.slice(1),
    isRemote: isSent || own.isRemote || inner.isRemote,
  }
}

function behindFlags(words: readonly string[]): { words: string[]; isRemote: boolean } {
  let at = 0
  let isRemote = false
  while (words[at]?.startsWith('-') === true) {
    const word = words[at] ?? ''
    isRemote ||= REMOTE.test(word)
    at += VALUED.test(word) ? 2 : 1
  }
  return { words: words.slice(at), isRemote }
}

/** A file that sends all its calls of Docker to another engine. */
export const sendsElsewhere = (text: string): boolean =>
  /\bDOCKER_(?:HOST|CONTEXT)["']?\s*[:=]|\bdocker\s+context\s+use\b/.test(text)
