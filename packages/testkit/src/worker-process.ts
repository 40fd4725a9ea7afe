import { fork, type ChildProcess } from 'node:child_process'

/** A child process that answers questions. It ends with its parent: the channel between them closes. */
export interface WorkerProcess {
  pid: number
  /** Asks `verb` and gives its answer; throws what the worker threw, or that it ended, or that `withinMs` passed. */
  ask<Answer>(verb: string, question: unknown, withinMs: number): Promise<Answer>
  end(): Promise<void>
}

interface Question {
  id: number
  verb: string
  question: unknown
}

type Reply = { id: number; answer: unknown } | { id: number; fault: string }

/**
 * Starts `module` (which calls `serveWorker`) in a process of its own, by `starter` where one is given, e.g. `nsenter`
 * with its arguments. Questions and answers are JSON.
 */
export const startWorker = (module: URL, starter: readonly string[] = []): WorkerProcess => {
  const [execPath, ...starterArgs] = starter
  const child = fork(module, {
    ...(execPath === undefined
      ? { execArgv: [] }
      : { execPath, execArgv: [...starterArgs, process.execPath] }),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, (reply: Reply) => void>()
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply))
  child.once('exit', (code, signal) => {
    for (const [id, settle] of waiting) settle({ id, fault: `worker ended (${code ?? signal})` })
  })
  let asked = 0
  return {
    pid: child.pid ?? 0,
    ask: (verb, question, withinMs) => {
      asked += 1
      return ask({ child, waiting, withinMs }, { id: asked, verb, question })
    },
    end: () => end(child),
  }
}

interface Channel {
  child: ChildProcess
  waiting: Map<number, (reply: Reply) => void>
  withinMs: number
}

const ask = <Answer>({ child, waiting, withinMs }: Channel, question: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const settle = (reply: Reply) => {
      clearTimeout(timer)
      waiting.delete(question.id)
      // Both ends of the channel are ours and of one version; the verb says what the answer is.
      if ('answer' in reply) resolve(reply.answer as Answer)
      else reject(new Error(`${question.verb}: ${reply.fault}`))
    }
    const timer = setTimeout(
      () => settle({ id: question.id, fault: `no answer within ${withinMs} ms` }),
      withinMs,
    )
    waiting.set(question.id, settle)
    child.send(question, (fault) => {
      if (fault) settle({ id: question.id, fault: fault.message })
    })
  })

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

/** The worker's side: answers each verb by its function until the parent is gone, then ends the process. */
export const serveWorker = (verbs: Record<string, (question: never) => Promise<unknown>>): void => {
  process.on('message', ({ id, verb, question }: Question) => {
    const answer = verbs[verb]?.(question as never) ?? Promise.reject(new Error('no such verb'))
    answer.then(
      (given) => process.send?.({ id, answer: given ?? null }),
      (fault: unknown) => process.send?.({ id, fault: String(fault) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
}
