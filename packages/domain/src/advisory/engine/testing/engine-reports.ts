import type { EngineName } from '../engine.ts'

/**
 * One report of each engine, with what real ones were seen to hold: several targets of which some are empty, results
 * without a target, repeated names, scores of several versions, requirements in the place of versions, fields that
 * nobody reads here. Each tells of the same flaw of `time` first.
 */
export const engineReports: Record<EngineName, object> = {
  trivy: {
    SchemaVersion: 2,
    Trivy: { Version: '0.74.0' },
    ReportID: '017b7d41-e09f-7000-80ea-000000000001',
    CreatedAt: '2026-08-25T12:20:30.000000005Z',
    ArtifactName: '/lockfiles',
    ArtifactType: 'filesystem',
    Results: [
      { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Packages: [] },
      {
        Target: 'Cargo.lock',
        Class: 'lang-pkgs',
        Type: 'cargo',
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2026-25727',
            VendorIDs: ['GHSA-r6v5-fh4h-64xc', 'CVE-2026-25727'],
            PkgID: 'time@0.3.41',
            PkgName: 'time',
            PkgIdentifier: { PURL: 'pkg:cargo/time@0.3.41', UID: '17ff1ecfbe3f6bbb' },
            InstalledVersion: '0.3.41',
            FixedVersion: '>= 0.3.47, < 0.4.0, 0.4.1',
            Status: 'fixed',
            Layer: {},
            SeveritySource: 'ghsa',
            Severity: 'MEDIUM',
            VendorSeverity: { ghsa: 2 },
            CVSS: {
              ghsa: { V40Vector: 'CVSS:4.0/AV:N', V40Score: 6.8 },
              nvd: { V2Vector: 'AV:N/AC:M/Au:N/C:N/I:P/A:N', V2Score: 7.5, V3Score: 5.5 },
            },
            Title: 'time: stack exhaustion',
            References: ['https://example.org'],
          },
        ],
      },
      { Target: '', Class: 'custom', CustomResources: [{ Type: 'spring' }] },
      { Target: 'Java', Class: 'lang-pkgs', Type: 'jar', Vulnerabilities: null },
    ],
  },
  grype: {
    matches: [
      {
        vulnerability: {
          id: 'GHSA-r6v5-fh4h-64xc',
          dataSource: 'https://github.com/advisories/GHSA-r6v5-fh4h-64xc',
          namespace: 'github:language:rust',
          severity: 'Medium',
          urls: [],
          cvss: [
            { type: 'Secondary', version: '4.0', metrics: { baseScore: 6.8 }, vendorMetadata: {} },
            { type: 'Primary', version: '2.0', metrics: { baseScore: 9.3 }, vendorMetadata: null },
          ],
          epss: [{ cve: 'CVE-2026-25727', epss: 0.03, percentile: 0.4, date: '2026-08-01' }],
          fix: { versions: ['0.3.47'], state: 'fixed', available: [] },
          advisories: [],
          risk: 1.7,
          description: 'time: stack exhaustion',
        },
        relatedVulnerabilities: [
          { id: 'CVE-2026-25727', cvss: [] },
          { id: 'GHSA-r6v5-fh4h-64xc', cvss: null },
        ],
        matchDetails: [{ type: 'exact-direct-match', matcher: 'rust-matcher' }],
        artifact: {
          name: 'time',
          version: '0.3.41',
          type: 'rust-crate',
          locations: [{ path: 'Cargo.lock', accessPath: '/Cargo.lock' }],
          purl: 'pkg:cargo/time@0.3.41',
          upstreams: [],
        },
      },
    ],
    ignoredMatches: [{ appliedIgnoreRules: [{ namespace: '' }] }],
    source: { type: 'directory', target: '/lockfiles' },
    distro: { name: '', version: '', idLike: null },
    descriptor: { name: 'grype', version: '0.121.3' },
  },
  'osv-scanner': {
    results: [
      {
        source: { path: 'Cargo.lock', type: 'lockfile' },
        packages: [
          { package: { name: 'rand', version: '0.9.0', ecosystem: 'crates.io' } },
          {
            package: { name: 'time', version: '0.3.41', ecosystem: 'crates.io' },
            vulnerabilities: [
              {
                id: 'RUSTSEC-2026-0009',
                aliases: ['CVE-2026-25727'],
                summary: 'time: stack exhaustion',
                severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L' }],
                database_specific: { severity: 'MODERATE' },
                affected: [
                  {
                    package: { name: 'time' },
                    ranges: [
                      { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.3.47' }] },
                      { type: 'GIT', events: [{ fixed: 'd3adbeef' }] },
                    ],
                    database_specific: { informational: null },
                  },
                  { package: { name: 'other' }, ranges: [{ events: [{ fixed: '9.9.9' }] }] },
                ],
              },
            ],
            groups: [{ ids: ['RUSTSEC-2026-0009'], aliases: [], max_severity: '6.8' }],
          },
        ],
      },
    ],
    experimental_config: { licenses: { summary: false, allowlist: null } },
  },
  'cargo-audit': {
    database: { 'advisory-count': 1, 'last-commit': null, 'last-updated': null },
    lockfile: { 'dependency-count': 2 },
    settings: {
      target_arch: [],
      target_os: [],
      severity: null,
      ignore: [],
      informational_warnings: ['unmaintained', 'unsound', 'notice'],
    },
    vulnerabilities: {
      found: true,
      count: 1,
      list: [
        {
          advisory: {
            id: 'RUSTSEC-2026-0009',
            package: 'time',
            title: 'time: stack exhaustion',
            aliases: ['CVE-2026-25727'],
            cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
            informational: null,
            withdrawn: null,
          },
          versions: { patched: ['>=0.3.47'], unaffected: [] },
          affected: null,
          package: { name: 'time', version: '0.3.41', source: 'registry+https://example.org', replace: null },
        },
      ],
    },
    warnings: {
      yanked: [
        {
          kind: 'yanked',
          package: { name: 'old', version: '1.0.0' },
          advisory: null,
          affected: null,
          versions: null,
        },
      ],
    },
  },
}
