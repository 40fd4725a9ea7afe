import type { ComposeReading, ComposeRequest } from '@towpath/domain/project/read-compose.ts'

/**
 * Reads compose files into a model. Two implementations: Docker's own Compose where the machine has it, and ours. Both
 * take variables from the request alone, never from the environment of the process.
 */
export interface ComposeReader {
  read(request: ComposeRequest): Promise<ComposeReading>
}
