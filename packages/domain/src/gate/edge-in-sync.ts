import { fail, ifSeen, notApplicable, pass } from './answers.ts'
import type { Gate } from './gate.ts'

/** The edge does what the ledger says: wanted state, file and run time agree. */
export const edgeInSync: Gate = {
  name: 'edge-in-sync',
  title: 'the edge does what the ledger says',
  // A rollback writes the edge anew anyway: what differs is put right, not waited for.
  safety: false,
  perHost: true,
  evaluate: (facts) =>
    facts.edge === null
      ? notApplicable('the first deployment brings the edge in')
      : ifSeen(
          facts.edge,
          { now: facts.now, what: 'the edge', fix: `towpath repair ${facts.environment}` },
          (differences) =>
            differences.length === 0
              ? pass('wanted state, file and run time agree')
              : fail(differences.join('; '), `towpath repair ${facts.environment}`),
        ),
}

/** Nobody else answers to the names that the edge holds, e.g. after a `docker compose up` by hand. */
export const namesHeld: Gate = {
  name: 'names-held',
  title: 'no foreign container answers to a name of the edge',
  safety: false,
  perHost: true,
  evaluate: (facts) =>
    ifSeen(
      facts.foreign,
      { now: facts.now, what: "the networks' members", fix: `towpath repair ${facts.environment}` },
      (foreign) =>
        foreign.length === 0
          ? pass('every name leads to the edge alone')
          : fail(foreign.join('; '), `towpath repair ${facts.environment}`),
    ),
}
