import { Option } from 'commander'
import { evidenceKinds } from '@towpath/domain/evidence/evidence.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'
import { countOption } from './options.ts'

/** Commands around what checks say of commits and images, as the server keeps it and gates read it. */
export const signedEvidence: Group = (program, act) => {
  const command = tell(program.command('evidence'), {
    says: 'Bring what checks say of a commit or an image; the server signs it, and gates read it.',
    inShort: 'bring, show and verify what gates read',
    examples: ['evidence add audit.json', 'evidence list --subject COMMIT', 'evidence verify'],
    group: 'Also',
  })
  tell(command.command('add').argument('[file...]'), {
    says: 'Bring what audit, scan, pinning, secrets scan print with --json, or a file of another tool.',
    inShort: 'bring results of Towpath, SARIF, CycloneDX, JUnit, attestations',
    examples: [
      'evidence add audit.json junit.xml',
      'evidence add scan.json app.cdx.json --image sha256:...',
      'evidence add gitleaks.sarif --kind secrets --commit v1.4.0',
      'evidence add attestation.jsonl',
      'evidence add --from-registry ghcr.io/acme/shop@sha256:...',
    ],
  })
    .option('--commit <commit>', 'what it is about (else GITHUB_SHA, else what is checked out)')
    .option('--image <digest>', 'the image it is about, by the digest that is deployed')
    .addOption(new Option('--kind <kind>', 'what it stands for (else by its content)').choices(evidenceKinds))
    .option('--from-registry <image>', 'the attestations that are attached to this image')
    .option('--plain-http', 'speak without encryption to a registry elsewhere')
    .action(act(async () => (await import('../commands/evidence.ts')).addEvidence))
  tell(command.command('list'), {
    says: 'List evidence, newest first.',
    examples: ['evidence list', 'evidence list --subject sha256:...'],
  })
    .option('--subject <commit|digest>', 'only what is about this commit or image')
    .addOption(countOption('--limit <n>', { says: 'at most so many', max: 2_000, initial: 50 }))
    .action(act(async () => (await import('../commands/evidence.ts')).listEvidence))
  tell(command.command('show').argument('<id>'), {
    says: 'Show evidence, or write it with its signature, to be checked anywhere.',
    inShort: 'show it, or write it with its signature',
    examples: ['evidence show ev_2f8k', 'evidence show ev_2f8k -o bundle.json --document audit.json'],
  })
    .option('-o, --output <file>', 'write document, statement and signature to a file')
    .option('--document <file>', 'write the document alone, as it came')
    .action(act(async () => (await import('../commands/evidence.ts')).showEvidence))
  tell(command.command('verify').argument('[id|bundle...]'), {
    says: 'Check signature, document and ledger against each other; bundles need no server.',
    inShort: 'check signature, document and ledger; bundles without a server',
    examples: ['evidence verify', 'evidence verify ev_2f8k', 'evidence verify bundle.json --key key.pem'],
  })
    .option('--subject <commit|digest>', 'all that is about this commit or image')
    .option('--key <file>', 'public key to trust (else the one known for this ledger)')
    .action(act(async () => (await import('../commands/verify-evidence.ts')).verifyEvidence))
}
