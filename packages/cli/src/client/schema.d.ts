/* Made from packages/server/openapi.json by `npm run generate:api`; never edited by hand. */
export interface paths {
    "/v1/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Releases, newest first */
        get: operations["listReleases"];
        put?: never;
        /**
         * Records an immutable release
         * @description Saying the same again is fine; the same version with other content is refused (RELEASE_EXISTS).
         */
        post: operations["createRelease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/releases/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One release, and what is known against it where it is kept */
        get: operations["showRelease"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/releases/{version}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approves a release for one environment
         * @description Once per principal, and never by its author.
         */
        post: operations["approveRelease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Evidence, newest first; of one commit or image where it is named */
        get: operations["listEvidence"];
        put?: never;
        /**
         * Takes what a check says of a commit or image, signs it and keeps it
         * @description Results of Towpath, SARIF 2.1.0, CycloneDX, JUnit, OpenVEX and Sigstore bundles. The same document for the same subject is taken once.
         */
        post: operations["addEvidence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/evidence/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Evidence with its document and its signature: all it takes to check it anywhere */
        get: operations["showEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/advisories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts advisories in the place of those that the server holds, whole or not at all
         * @description Everything that is live or can be gone back to is judged by them at once.
         */
        post: operations["importAdvisories"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known against what is live and what can be gone back to, and since when */
        get: operations["listFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/findings/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of an advisory in every environment that the caller may see, each line with its event */
        get: operations["explainFinding"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Environments that the caller may see */
        get: operations["listEnvironments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One environment: live, warm, queue, policy, history, readiness, drift */
        get: operations["showEnvironment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks at host, registry, database and what is live, as these files would use them
         * @description Reads only: nothing is recorded, kept or changed. Takes the right to deploy there, because the files decide which host and registry are asked, and with which secrets.
         */
        post: operations["checkEnvironment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for a release in an environment
         * @description The deployment goes on by itself: follow it at its location or on the stream.
         */
        post: operations["deployRelease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes back to a retained release with exactly what it ran with then */
        post: operations["rollBack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/waivers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets one gate through until a time; its own answer stays visible under the waiver */
        post: operations["waiveGate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Makes a policy the floor of an environment: a release can only be stricter */
        put: operations["acceptPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/adoption": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Records what runs by plain Compose as the first good release, and brings the edge in
         * @description Restarts nothing. It goes on by itself: follow it at its location or on the stream.
         */
        post: operations["adoptEnvironment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/ejection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives an environment back to plain Compose
         * @description Takes the edge, the containers and the network of Towpath off the host; adopted containers stay as they were found. Refused while nobody else could serve (EJECT_NOTHING_BEHIND), and while the edge is still asked (EDGE_STILL_USED).
         */
        post: operations["ejectEnvironment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/repair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts an environment back to what the ledger says
         * @description Foreign containers go on running; they only lose the names that the edge holds.
         */
        post: operations["repairEnvironment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the container that serves a service writes, secret values taken out
         * @description Plain text, or with follow=true one JSON object a line until the container stops; an empty line is a heartbeat.
         */
        get: operations["readLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/edge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the running edge says of every slot; counters since its last start or reload */
        get: operations["readEdge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Deployments, newest first
         * @description A page may hold fewer than `limit`: what the caller may not see and other environments are left out.
         */
        get: operations["listDeployments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One deployment */
        get: operations["showDeployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a deployment went: who asked, what the gates said, each step, how it ended */
        get: operations["explainDeployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns a deployment that waits or runs round */
        post: operations["abortDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on from an inconclusive verdict, by decision of a person */
        post: operations["resumeDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/gates/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks today's gates about the facts that were stored then
         * @description Changes nothing.
         */
        post: operations["replayGates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Watches the team's own deployments to an environment, or goes on by newer files
         * @description The environment says mode: watch in towpath.yaml. The host is only read: no container is ever touched.
         */
        put: operations["startWatch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environments/{environment}/watch/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the watch of an environment; what it recorded stays */
        post: operations["stopWatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/observed-deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Deployments of the team's own workflow and what would have become of them, newest first
         * @description A page may hold fewer than `limit`: what the caller may not see and other environments are left out.
         */
        get: operations["listObservedDeployments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/observed-deployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One deployment of the team's own workflow: what changed, what the gates said, how it fared */
        get: operations["showObservedDeployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pre-deployment checklist, in the order in which it is asked */
        get: operations["listGates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/head": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed head of the ledger, and the hash at a place that the caller remembers */
        get: operations["showHead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events of the ledger, page by page
         * @description The next page begins `after` (order oldest) or `before` (order newest) the seq in `next`.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Proves that every event is what was appended, or names the first that is not
         * @description Changes nothing. One at a time: it reads the whole ledger.
         */
        post: operations["verifyLedger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/take-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes on with this ledger although a host knows more
         * @description After a backup was restored on purpose. A controller that knew more ends at its next act on a host.
         */
        post: operations["takeOver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every row of the ledger, one JSON object a line
         * @description For admins: the rows are what was hashed, unshortened, so they hold the hashes of tokens (each of 256 random bits).
         */
        get: operations["exportLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events as they happen (server-sent events)
         * @description id is the seq in the ledger, event its type, data the event as JSON. Every event after the given one comes once and in order; a comment comes every 15 seconds at least.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Principals, newest first */
        get: operations["listPrincipals"];
        put?: never;
        /** Adds a principal; with replace a known one gets a new token and other roles */
        post: operations["addPrincipal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes the token of a principal away for good */
        delete: operations["revokePrincipal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can do its work */
        get: operations["showHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Release: {
            version: string;
            builds: components["schemas"]["Build"][];
            schema: components["schemas"]["SchemaImpact"];
            /** @description SHA-256 of the project files it was made with. */
            snapshot: string;
            author: string;
            /** Format: date-time */
            createdAt: string;
        };
        Build: {
            service: string;
            repository: string;
            digest: string;
            tag: string | null;
            commit: string | null;
        };
        /**
         * @description What the release does to the database. none: no migration; expand: the release before runs on the new schema; contract: it does not; unknown: nobody said, so going back needs a person.
         * @enum {string}
         */
        SchemaImpact: "none" | "expand" | "contract" | "unknown";
        Problem: {
            /** @description Stable name of the kind of problem, as a URN. */
            type: string;
            title: string;
            status: number;
            /** @description What happened and why. */
            detail: string;
            /** @description Stable code; scripts compare this. */
            code: string;
            /**
             * @description How a command ends for a script.
             * @enum {string}
             */
            kind: "failed" | "usage" | "blocked" | "forbidden" | "unreachable" | "locked" | "not-found" | "conflict";
            /** @description What was not changed, and what to do next. */
            hint: string;
            docs: string;
            /** @description The x-request-id, also in the ledger and the log. */
            request: string;
            retryable: boolean;
        } & {
            [key: string]: unknown;
        };
        CreateRelease: {
            version: string;
            /**
             * @description Service to image, by tag or digest. Absent: its repository with the version as tag.
             * @default {}
             */
            builds: {
                [key: string]: string;
            };
            schema?: components["schemas"]["SchemaImpact"];
            /** @default null */
            commit: string | null;
            /** @description Path relative to the folder of towpath.yaml, to bytes in base64. */
            files: {
                [key: string]: string;
            };
        };
        ReleasePage: {
            items: components["schemas"]["Release"][];
            next: string | null;
        };
        ReleaseShown: components["schemas"]["Release"] & {
            /** @description What is known against it where it is live or can be gone back to. */
            findings: {
                environment: string;
                /** @description That count under the policy of the environment. */
                blocking: number;
                waived: number;
                other: number;
                /** @description Reasons why that may not be all. */
                unknowns: number;
                /** Format: date-time */
                since: string | null;
                /** Format: date-time */
                due: string | null;
            }[];
        };
        Approvals: {
            release: string;
            environment: string;
            /** @description Who approved it for that environment so far. */
            approvals: string[];
        };
        ApproveRelease: {
            environment: string;
            /** @default  */
            reason: string;
        };
        Evidence: {
            id: string;
            kind: components["schemas"]["EvidenceKind"];
            /** @enum {string} */
            format: "towpath" | "sarif" | "cyclonedx" | "junit" | "openvex" | "sigstore-bundle";
            commit: string | null;
            /** @description Digest; evidence is of a commit or of an image. */
            image: string | null;
            tool: {
                name: string;
                version: string;
            };
            /** @description File name it came under. */
            name: string;
            /** @description SHA-256 of the document, hex. */
            document: string;
            bytes: number;
            /** @description SHA-256 of the DSSE envelope, hex. */
            envelope: string;
            summary: string;
            /** Format: date-time */
            recordedAt: string;
            recordedBy: string;
        };
        /** @enum {string} */
        EvidenceKind: "audit" | "scan" | "sbom" | "provenance" | "secrets" | "pinning" | "static-analysis" | "tests" | "vex";
        AddEvidence: {
            /** @description The file as it is, in base64. */
            document: string;
            name: string;
            subject: {
                commit: string;
            } | {
                image: string;
            };
            /**
             * @description Absent: by its content. SARIF may stand for secrets or pinning, and only its bringer knows.
             * @default null
             * @enum {string|null}
             */
            kind: "audit" | "scan" | "sbom" | "provenance" | "secrets" | "pinning" | "static-analysis" | "tests" | "vex" | null;
        };
        EvidencePage: {
            items: components["schemas"]["Evidence"][];
            next: string | null;
        };
        EvidenceBundle: {
            evidence: components["schemas"]["Evidence"];
            /** @description DSSE around an in-toto statement, as it was signed. */
            envelope: string;
            /** @description The document as it came. */
            document: string;
            /** @description PEM; trust it only if it is the one you know this installation by. */
            publicKey: string;
        };
        /**
         * @example {
         *       "digest": "7f3a0f1c7f3a0f1c7f3a0f1c7f3a0f1c7f3a0f1c7f3a0f1c7f3a0f1c7f3a0f1c",
         *       "newest": "2026-08-21T09:30:00Z",
         *       "count": 1206,
         *       "unread": 0,
         *       "ecosystems": {
         *         "crates.io": 1193
         *       },
         *       "partial": [],
         *       "source": "https://osv-vulnerabilities.storage.googleapis.com",
         *       "importedAt": "2026-08-21T10:00:00.000Z",
         *       "importedBy": "ci"
         *     }
         */
        Advisories: {
            /** @description SHA-256 of the data, hex: another digest is other data. */
            digest: string;
            /** @description When its newest record was modified. */
            newest: string | null;
            count: number;
            /** @description Records that could not be read where they came from. */
            unread: number;
            ecosystems: {
                [key: string]: number;
            };
            /** @description Ecosystems of which only a part is here. */
            partial: string[];
            source: string;
            /** Format: date-time */
            importedAt: string;
            importedBy: string;
        };
        ImportAdvisories: {
            source: string;
            /** Format: date-time */
            newest: string | null;
            count: number;
            unread: number;
            partial: string[];
            /** @description By ecosystem: its lines as `towpath advisories` keeps them, in gzip, in base64. */
            ecosystems: {
                [key: string]: string;
            };
            /** @description CVE ids that are known to be exploited; null where no list is loaded. */
            exploited: string[] | null;
            /** @description CVSS scores by vector. */
            scores: {
                [key: string]: number;
            };
            /**
             * @description Takes data that is older or less than what is there. Takes an admin of every environment.
             * @default false
             */
            replace: boolean;
        };
        Findings: {
            /** @description What all of it was judged by. */
            advisories: components["schemas"]["Advisories"] | null;
            items: components["schemas"]["EnvironmentFindings"][];
        };
        EnvironmentFindings: {
            environment: string;
            live: string | null;
            /**
             * Format: date-time
             * @description When a look had something to record last.
             */
            at: string | null;
            /** @description Open incidents: what is live and known to be exploited. */
            incidents: components["schemas"]["OpenIncident"][];
            /** @description What is live first. */
            releases: components["schemas"]["ReleaseFindings"][];
        };
        OpenIncident: {
            incident: string;
            id: string;
            package: string;
            /** Format: date-time */
            at: string;
        };
        ReleaseFindings: {
            release: string;
            isLive: boolean;
            /**
             * @description unknown: nothing counts, and something could not be judged. That is never clean.
             * @enum {string}
             */
            verdict: "counts" | "unknown" | "clean";
            findings: components["schemas"]["LiveFinding"][];
            /** @description What could not be judged, and why. */
            unknowns: string[];
        };
        /**
         * @example {
         *       "id": "RUSTSEC-2026-0009",
         *       "aliases": [
         *         "CVE-2026-25727"
         *       ],
         *       "package": "time",
         *       "version": "0.3.41",
         *       "ecosystem": "crates.io",
         *       "kind": "vulnerability",
         *       "severity": "medium",
         *       "score": 6.8,
         *       "fixed": "0.3.47",
         *       "presence": "shipped",
         *       "isExploited": false,
         *       "summary": "Denial of service by exhausting the stack",
         *       "services": [
         *         "backend"
         *       ],
         *       "places": [
         *         "app/backend"
         *       ],
         *       "weight": "blocks",
         *       "waiver": null,
         *       "since": "2026-03-01T10:00:00.000Z",
         *       "due": "2026-03-31T10:00:00.000Z",
         *       "isOverdue": false,
         *       "fixedBy": "1.4.1",
         *       "seq": 412
         *     }
         */
        LiveFinding: {
            id: string;
            aliases: string[];
            package: string;
            version: string;
            ecosystem: string;
            /** @enum {string} */
            kind: "malicious" | "vulnerability" | "unsound" | "unmaintained" | "notice" | "wrong-architecture" | "yanked";
            /** @enum {string} */
            severity: "none" | "low" | "medium" | "high" | "critical" | "unscored";
            score: number | null;
            /** @description First version of the package without it. */
            fixed: string | null;
            /** @enum {string} */
            presence: "shipped" | "locked-only" | "dev-only" | "unknown";
            isExploited: boolean | null;
            summary: string;
            services: string[];
            /** @description Files that have it, the first few. */
            places: string[];
            /**
             * @description What becomes of it under the policy of the environment; only `blocks` counts.
             * @enum {string}
             */
            weight: "blocks" | "waived" | "in-grace" | "not-shipped" | "below" | "no-fix" | "no-vulnerability";
            /** @description What lets it pass, and until when. */
            waiver: {
                owner: string;
                reason: string;
                expires: string;
            } | null;
            /**
             * Format: date-time
             * @description Since when a release kept here is known to have it.
             */
            since: string;
            /**
             * Format: date-time
             * @description When an answer to it is due.
             */
            due: string | null;
            isOverdue: boolean;
            /** @description The newest release kept here that is known not to have it. */
            fixedBy: string | null;
            /** @description The event that told of it last, in the ledger. */
            seq: number;
        };
        FindingExplanation: {
            id: string;
            story: components["schemas"]["FindingStoryLine"][];
        };
        /**
         * @example {
         *       "seq": 412,
         *       "at": "2026-03-01T10:00:00.000Z",
         *       "environment": "production",
         *       "release": "1.4.0",
         *       "type": "findings.changed",
         *       "cause": "data",
         *       "says": "appeared: time 0.3.41, medium, blocks, by data"
         *     }
         */
        FindingStoryLine: {
            seq: number;
            /** Format: date-time */
            at: string;
            environment: string;
            release: string;
            type: string;
            /** @enum {string|null} */
            cause: "engine" | "data" | "inventory" | "waiver" | "policy" | null;
            says: string;
        };
        EnvironmentPage: {
            items: components["schemas"]["Environment"][];
            next: string | null;
        };
        Environment: {
            environment: string;
            /** @description The latest event of it: follow the stream after this one. */
            seq: number;
            live: {
                release: string;
                deployment: string;
                services: {
                    [key: string]: {
                        slot: string;
                        container: string;
                        image: string;
                    };
                };
            } | null;
            /** @description The release before, still running as the backup of the edge. */
            warm: {
                release: string;
                deployment: string;
                services: {
                    [key: string]: {
                        slot: string;
                        container: string;
                        image: string;
                    };
                };
                /** Format: date-time */
                until: string;
                /**
                 * Format: date-time
                 * @description Since when it only finishes what it has.
                 */
                leaving: string | null;
            } | null;
            /** @description Deployment that holds the environment. */
            active: string | null;
            /** @description Deployments that wait, oldest first. */
            queued: string[];
            policy: components["schemas"]["Policy"] | null;
            waivers: components["schemas"]["Waiver"][];
            approvals: {
                release: string;
                by: string[];
            }[];
            history: {
                deployment: string;
                kind: components["schemas"]["DeploymentKind"];
                release: string;
                outcome: components["schemas"]["Outcome"];
                /** Format: date-time */
                at: string;
                bakedMs: number;
            }[];
            /** @description Can each kept release be taken back right now? */
            readiness: {
                release: string;
                ready: boolean;
                why: string;
                /** Format: date-time */
                at: string;
            }[];
            /** @description A host that knows more than this ledger: nothing is done until somebody takes over. */
            refused: {
                host: string;
                /** @description Of the controller that acted there last. */
                fence: number;
                /** @description The event that it knew. */
                seq: number | null;
                /** Format: date-time */
                at: string;
            } | null;
            drift: {
                found: string[];
                /** Format: date-time */
                at: string;
            } | null;
            /** @description What its domain was last served with, by TLS; null where that was never seen. */
            certificate: components["schemas"]["ServedCertificate"] | null;
            watch: components["schemas"]["Watch"] | null;
            /** @description What is known against what is live, in numbers; null where nobody looked yet. */
            findings: components["schemas"]["FindingsSummary"] | null;
            /** @description Its hosts in the order of deployment, where it has several; else empty. */
            hosts: {
                host: string;
                docker: string;
                /** @description Its own name, for status, logs and rollback. */
                environment: string;
                /** @description The release that it keeps. */
                live: string | null;
                /** @description Its own deployment under way. */
                active: string | null;
                /**
                 * @description Like the whole; with another release, or not back yet; or no longer one of its hosts.
                 * @enum {string}
                 */
                stands: "as-one" | "differs" | "left";
                /** @description For a person on a host that is left: takes away what runs there. */
                takeAway: string | null;
            }[];
        };
        Policy: {
            version: number;
            approvals: number;
            needs: {
                environment: string;
                bakedMs: number;
            }[];
            freeze: string[];
            hosts: string[];
            evidence: components["schemas"]["EvidencePolicy"];
        };
        EvidencePolicy: {
            /** @description Gates over signed evidence that are on. */
            gates: ("audit" | "image-scan" | "sbom-present" | "provenance" | "pinning" | "secrets" | "static-analysis" | "tests")[];
            /** @enum {string} */
            severity: "low" | "medium" | "high" | "critical";
            onlyFixable: boolean;
            graceMs: {
                low: number;
                medium: number;
                high: number;
                critical: number;
            };
            dataAgeMaxMs: number;
            repositoryWaivers: boolean;
            provenance?: components["schemas"]["ProvenanceDemand"];
        };
        /** @description For the gate provenance; absent where it is off. */
        ProvenanceDemand: {
            repositories: string[];
            workflows: string[];
            refs: string[];
            issuers: string[];
            maxAgeMs: number | null;
        };
        Waiver: {
            gate: string;
            owner: string;
            reason: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description Null holds for every release until it expires. */
            release: string | null;
        };
        /** @enum {string} */
        DeploymentKind: "deploy" | "promote" | "rollback" | "adopt" | "import";
        /** @enum {string} */
        Outcome: "live" | "refused" | "rolled-back" | "aborted" | "superseded" | "failed";
        ServedCertificate: {
            name: string;
            names: string[];
            issuer: string;
            /** Format: date-time */
            notBefore: string;
            /** Format: date-time */
            notAfter: string;
            fingerprint: string;
            chain: {
                /** @enum {string} */
                fault: "self-signed" | "incomplete" | "untrusted" | "outdated" | "other";
                /** @description OpenSSL's own name for it. */
                code: string;
            } | null;
        };
        Watch: {
            by: string;
            /** Format: date-time */
            at: string;
            /**
             * Format: date-time
             * @description Since when what runs there runs, as far as anybody saw.
             */
            changedAt: string;
            /** @description What runs, by service; one without a container is left out. */
            running: {
                [key: string]: components["schemas"]["RunningService"];
            };
            /** @description Observed deployment that is being judged. */
            judging: string | null;
            /** @description How many deployments were observed. */
            observed: number;
        };
        RunningService: {
            /** @description By digest; the id of an image that no registry is known to have. */
            image: string;
            /** @description As the container names it. */
            named: string;
            commit: string | null;
            version: string | null;
            containers: string[];
        };
        /**
         * @example {
         *       "release": "1.4.0",
         *       "blocking": 1,
         *       "waived": 2,
         *       "other": 3,
         *       "unknowns": 0,
         *       "since": "2026-03-01T10:00:00.000Z",
         *       "due": "2026-03-08T10:00:00.000Z"
         *     }
         */
        FindingsSummary: {
            release: string;
            /** @description That count under the policy of the environment. */
            blocking: number;
            waived: number;
            other: number;
            /** @description Reasons why that may not be all. */
            unknowns: number;
            /** Format: date-time */
            since: string | null;
            /** Format: date-time */
            due: string | null;
        };
        Checks: {
            checks: components["schemas"]["Check"][];
        };
        Check: {
            /** @enum {string} */
            id: "environment" | "host" | "host-clock" | "host-disk" | "hosts-left" | "images" | "host-images" | "secret-values" | "database" | "connections" | "live-health" | "certificate" | "second-operator";
            /** @enum {string} */
            status: "pass" | "warn" | "fail" | "unknown";
            /** @description Relative to the folder of towpath.yaml. */
            file: string | null;
            line: number | null;
            message: string;
            /** @description What to do; null where nothing is to be done. */
            fix: string | null;
            patch: string | null;
        };
        CheckEnvironment: {
            /** @description Path relative to the folder of towpath.yaml, to bytes in base64. */
            files: {
                [key: string]: string;
            };
            /**
             * @description What a proxy in front serves by TLS, with its own port: each is asked for its certificate, which is held against its file on the host.
             * @default []
             */
            names: {
                name: string;
                port: number;
                /**
                 * @description Path of its file as the proxy sees it.
                 * @default null
                 */
                certificate: string | null;
            }[];
        };
        Preview: {
            /** @enum {boolean} */
            dryRun: true;
            kind: components["schemas"]["DeploymentKind"];
            environment: string;
            release: string;
            /** @description The release that is live now. */
            from: string | null;
            steps: {
                step: string;
                does: string;
            }[];
            services: {
                service: string;
                image: string;
            }[];
            /** @description One-shot services that would run before the switch. */
            jobs: string[];
            schema: components["schemas"]["SchemaImpact"];
            approvals: {
                needed: number;
                given: string[];
                missing: number;
            };
            wayBack: {
                needsPerson: boolean;
                text: string;
            };
            gates: {
                passed: boolean;
                results: components["schemas"]["GateResult"][];
                /** @description Gates whose facts an earlier step makes, so not asked now. */
                later: string[];
            };
            /** @description How each service would go over, and whether that suits it. */
            strategies: components["schemas"]["StrategyAdvice"][];
            /** @description What the commit would loosen; the accepted policy holds until an admin accepts it. */
            pending: {
                /** @enum {string} */
                what: "approvals" | "needs" | "freeze" | "hosts" | "evidence";
                accepted: string;
                asked: string;
                says: string;
            }[];
            notes: string[];
            warnings: string[];
        };
        GateResult: {
            gate: string;
            title: string;
            /** @enum {string} */
            answer: "pass" | "fail" | "unknown" | "not-applicable";
            why: string;
            fix: string | null;
            waiver: components["schemas"]["Waiver"] | null;
            /** @description Waivers of the repository that let findings pass, under the gate's own answer. */
            waivers: components["schemas"]["UsedWaiver"][];
        };
        UsedWaiver: {
            advisory: string;
            package: string;
            owner: string;
            reason: string;
            /** Format: date */
            expires: string;
        };
        StrategyAdvice: {
            service: string;
            strategy: {
                type: components["schemas"]["StrategyType"];
            } & {
                [key: string]: unknown;
            };
            suggested: components["schemas"]["StrategyType"];
            fits: {
                strategy: components["schemas"]["StrategyType"];
                fits: boolean;
                why: string;
            }[];
            /** @description At the edge, lately; null: unknown. */
            requestsPerSecond: number | null;
            /** @description What a verdict takes at that traffic; null: nobody can tell. */
            verdict: {
                requests: number;
                durationMs: number;
            } | null;
            wayBack: string;
        };
        /** @enum {string} */
        StrategyType: "blue-green" | "canary" | "handoff" | "recreate-hold" | "rolling";
        AlreadyLive: {
            /** @enum {boolean} */
            alreadyLive: true;
            environment: string;
            release: string;
            /** @description The one that brought it. */
            deployment: string;
            /** Format: date-time */
            since: string;
        };
        Deployment: {
            id: string;
            kind: components["schemas"]["DeploymentKind"];
            environment: string;
            release: string;
            /** @description Who made the release. */
            author: string;
            requestedBy: string;
            /** Format: date-time */
            requestedAt: string;
            reason: string;
            schemaAccepted: string | null;
            state: components["schemas"]["DeploymentState"];
            /** @description Null until it is finished. */
            outcome: components["schemas"]["Outcome"] | null;
            /** @description Finished steps by their key. */
            done: {
                [key: string]: {
                    seq: number;
                    /** Format: date-time */
                    at: string;
                };
            };
            /** @description Verdicts by the step that reached them, as in the event verdict.reached. */
            verdicts: {
                [key: string]: components["schemas"]["Verdict"];
            };
            /** @description Inconclusive steps that a person went on from. */
            resumed: {
                [key: string]: {
                    by: string;
                    /** Format: date-time */
                    at: string;
                    reason: string;
                };
            };
            failure: components["schemas"]["StepFailure"] | null;
            abort: {
                by: string;
                /** Format: date-time */
                at: string;
                seq: number;
                reason: string;
            } | null;
            finished: {
                outcome: components["schemas"]["Outcome"];
                reason: string;
                /** Format: date-time */
                at: string;
            } | null;
            /** @description The latest event of it: follow the stream after this one. */
            seq: number;
            /** @description Why it has not started yet. */
            waitsFor: string | null;
            /** @description What is done, what is under way, and what is still ahead. */
            steps: components["schemas"]["Step"][];
            gates: {
                passed: boolean;
                /** @description SHA-256 of the facts they were asked about. */
                facts: string;
                /** Format: date-time */
                at: string;
                results: components["schemas"]["GateResult"][];
            } | null;
            subnet: string | null;
            /** @description What it was given when its turn came, as in the event deployment.started. */
            start: ({
                /** Format: date-time */
                at: string;
                fence: number;
            } & {
                [key: string]: unknown;
            }) | null;
            /** @description Its plan, as in the event deployment.requested; secrets are placeholders. */
            plan: {
                [key: string]: unknown;
            };
            pins: {
                snapshot: string;
                model: string;
                config: string;
                policyVersion: number;
            };
        };
        /** @enum {string} */
        DeploymentState: "waiting" | "running" | "going-back" | "finished";
        Verdict: {
            step: string;
            verdict: components["schemas"]["VerdictWord"];
            /** @description The numbers as a person reads them. */
            why: string;
            /** @enum {string} */
            by: "traffic" | "probes";
            timeHelps: boolean;
            isSuspect: boolean;
            /** @description Share of the candidate, in ten-thousandths. */
            perMyriad: number;
            watchedMs: number;
            /** Format: date-time */
            at: string;
            seq: number;
            services: {
                service: string;
                release: string;
                against: string | null;
                /** @enum {string} */
                mode: "concurrent" | "sequential";
                verdict: components["schemas"]["VerdictWord"];
                why: string;
                numbers: {
                    [key: string]: unknown;
                };
            }[];
        };
        /** @enum {string} */
        VerdictWord: "pass" | "fail" | "inconclusive";
        StepFailure: {
            step: string;
            code: string;
            message: string;
            hint: string;
            logTail: string;
            /** Format: date-time */
            at: string;
        };
        Step: {
            /** @description Its key in the ledger. */
            step: string;
            title: string;
            /** @enum {string} */
            status: "done" | "now" | "next" | "failed";
            seq: number | null;
            /** Format: date-time */
            at: string | null;
        };
        DeployRelease: {
            release: string;
            /**
             * @default deploy
             * @enum {string}
             */
            kind: "deploy" | "promote";
            /** @default  */
            reason: string;
            /** @default false */
            dryRun: boolean;
            /**
             * @description Takes on the short interruption of a new edge, where the release needs one.
             * @default false
             */
            replaceEdge: boolean;
        };
        RollBack: {
            /**
             * @description Null takes the release before.
             * @default null
             */
            release: string | null;
            /** @default  */
            reason: string;
            /**
             * @description Why the newer schema is fine for the older release; needed where the plan says so.
             * @default null
             */
            acceptSchema: string | null;
            /** @default false */
            dryRun: boolean;
        };
        WaiveGate: {
            gate: components["schemas"]["GateName"];
            /** @default null */
            release: string | null;
            /** @description Who answers for it. */
            owner: string;
            reason: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /** @enum {string} */
        GateName: "images-in-registry" | "images-on-host" | "host-reachable" | "disk-room" | "settings-complete" | "database-reachable" | "edge-in-sync" | "names-held" | "verified-before" | "approvals" | "freeze-window" | "rollback-ready" | "schema-allows" | "backup-made" | "audit" | "image-scan" | "sbom-present" | "provenance" | "pinning" | "secrets" | "static-analysis" | "tests" | "evidence-fresh" | "known-build";
        AcceptPolicy: {
            /** @description Distinct people, never the author. */
            approvals: number;
            /** @default [] */
            needs: {
                environment: string;
                bakedMs: number;
            }[];
            /**
             * @description Weekly windows.
             * @default []
             * @example [
             *       "Fri 16:00-Mon 08:00 Europe/Berlin"
             *     ]
             */
            freeze: string[];
            /**
             * @description The only hosts that may be deployed to, as host.docker of towpath.yaml writes them.
             * @example [
             *       "ssh://deploy@app.example.com"
             *     ]
             */
            hosts: string[];
            evidence?: components["schemas"]["EvidencePolicy"] & unknown;
        };
        Adoption: {
            /** @enum {boolean} */
            dryRun: true;
            environment: string;
            release: string;
            composeProject: string;
            /** @description The name that a proxy in front sends its requests to. */
            edge: string;
            /** @description Host ports that the edge will hold. */
            edgePorts: {
                hostPort: number;
                containerPort: number;
            }[];
            services: {
                service: string;
                container: string;
                image: string;
                /** @description Null: the image is on this host alone. */
                digest: string | null;
                configHash: string | null;
                port: number;
                /** @description What neighbours call it. */
                names: string[];
                /** @description Variables by name, never by value. */
                environment: {
                    [key: string]: "same" | "differs" | "only-running" | "only-files";
                };
            }[];
            /** @description Where what runs differs from the files. */
            drift: string[];
            notes: string[];
            imports: {
                version: string;
                schema: components["schemas"]["SchemaImpact"];
            }[];
        };
        AdoptEnvironment: {
            /** @description Path relative to the folder of towpath.yaml, to bytes in base64. */
            files: {
                [key: string]: string;
            };
            /**
             * @description Name of the release that runs; null takes its tag, or the day.
             * @default null
             */
            release: string | null;
            schema?: components["schemas"]["SchemaImpact"];
            /** @default null */
            imports: components["schemas"]["ImportReleases"] | null;
            /**
             * @description Who else acts on the containers on the host and may go on: `second-operator`, or `second-operator:WORD`.
             * @default []
             */
            accept: string[];
            /** @default  */
            reason: string;
            /** @default false */
            dryRun: boolean;
        };
        ImportReleases: {
            /**
             * @description Oldest first; null takes the newest tags that every service has a build of.
             * @default null
             */
            versions: string[] | null;
            /**
             * @description Versions whose schema the release before runs on. Of all others nobody knows.
             * @default []
             */
            schemaSafe: string[];
        };
        Ejection: {
            dryRun: boolean;
            environment: string;
            release: string;
            composeProject: string;
            composeFiles: string[];
            /** @description The project's folder on the host. */
            folder: string;
            /** @description The name that no proxy may send requests to any more. */
            edge: string;
            services: {
                service: string;
                compose: string;
                port: number;
                image: string;
                /** @description It serves from a container of your own already. */
                isAdopted: boolean;
                /** @description Containers of your own Compose that serve once the edge is gone. */
                behind: {
                    name: string;
                    /** @description A name of it that the edge does not have too. */
                    alias: string;
                }[];
            }[];
            /** @description The release that a roll-back script starts. */
            before: {
                release: string;
                services: {
                    compose: string;
                    image: string;
                }[];
            } | null;
            /** @description One sentence each; empty with dryRun. */
            done: string[];
        };
        EjectEnvironment: {
            /** @default false */
            dryRun: boolean;
            /**
             * @description Also where the edge is still asked: those requests are cut off.
             * @default false
             */
            now: boolean;
        };
        Repair: {
            dryRun: boolean;
            /** @description One sentence each; with dryRun what would be done. */
            done: string[];
        };
        RepairEnvironment: {
            /** @default false */
            dryRun: boolean;
        };
        LogLine: {
            service: string;
            line: string;
        };
        EdgeStatus: {
            edge: string;
            slots: components["schemas"]["EdgeSlot"][];
        };
        EdgeSlot: {
            service: string;
            slot: string;
            /** @enum {string} */
            health: "up" | "down" | "starting" | "off";
            /** @enum {string} */
            role: "live" | "candidate" | "backup" | "draining" | "off";
            weight: number;
            /** @description Requests or streams in flight. */
            sessions: number;
            requests: number;
            answered: {
                "2xx": number;
                "3xx": number;
                "4xx": number;
                "5xx": number;
            };
            connectErrors: number;
            responseErrors: number;
            retries: number;
            lastProbe: string;
        };
        DeploymentPage: {
            items: components["schemas"]["DeploymentSummary"][];
            next: string | null;
        };
        DeploymentSummary: {
            id: string;
            kind: components["schemas"]["DeploymentKind"];
            environment: string;
            release: string;
            /** @description Who made the release. */
            author: string;
            requestedBy: string;
            /** Format: date-time */
            requestedAt: string;
            reason: string;
            schemaAccepted: string | null;
            state: components["schemas"]["DeploymentState"];
            /** @description Null until it is finished. */
            outcome: components["schemas"]["Outcome"] | null;
            /** @description Finished steps by their key. */
            done: {
                [key: string]: {
                    seq: number;
                    /** Format: date-time */
                    at: string;
                };
            };
            /** @description Verdicts by the step that reached them, as in the event verdict.reached. */
            verdicts: {
                [key: string]: components["schemas"]["Verdict"];
            };
            /** @description Inconclusive steps that a person went on from. */
            resumed: {
                [key: string]: {
                    by: string;
                    /** Format: date-time */
                    at: string;
                    reason: string;
                };
            };
            failure: components["schemas"]["StepFailure"] | null;
            abort: {
                by: string;
                /** Format: date-time */
                at: string;
                seq: number;
                reason: string;
            } | null;
            finished: {
                outcome: components["schemas"]["Outcome"];
                reason: string;
                /** Format: date-time */
                at: string;
            } | null;
            /** @description The latest event of it: follow the stream after this one. */
            seq: number;
        };
        Explanation: {
            deployment: components["schemas"]["Deployment"];
            story: components["schemas"]["StoryLine"][];
        };
        StoryLine: {
            seq: number;
            /** Format: date-time */
            at: string;
            actor: string;
            type: string;
            says: string;
        };
        AbortDeployment: {
            /** @default  */
            reason: string;
        };
        ResumeDeployment: {
            reason: string;
        };
        GateReplay: {
            recorded: components["schemas"]["GateResult"][];
            replayed: components["schemas"]["GateResult"][];
            /** @description Gates that answer otherwise today, given the same facts. */
            differing: string[];
            passed: boolean;
        };
        StartWatch: {
            /** @description Path relative to the folder of towpath.yaml, to bytes in base64. */
            files: {
                [key: string]: string;
            };
        };
        WatchStopped: {
            /** @description False where nobody watched. */
            stopped: boolean;
        };
        StopWatch: {
            /** @default  */
            reason: string;
        };
        ObservedDeploymentPage: {
            items: components["schemas"]["ObservedDeployment"][];
            next: string | null;
        };
        ObservedDeployment: {
            id: string;
            environment: string;
            /**
             * Format: date-time
             * @description When what runs had come to rest.
             */
            at: string;
            seq: number;
            /** @enum {string} */
            kind: "deploy" | "rollback" | "recreate" | "removal";
            /** @description Release of the ledger that these images are. */
            release: string | null;
            /** @description Services that changed. */
            services: string[];
            /** @description What runs, by service; one without a container is left out. */
            from: {
                [key: string]: components["schemas"]["RunningService"];
            };
            /** @description What runs, by service; one without a container is left out. */
            to: {
                [key: string]: components["schemas"]["RunningService"];
            };
            /** @description From the first sign of the change until it had come to rest. */
            formedMs: number;
            /**
             * Format: date-time
             * @description The last look before it; null where there was none since the server started.
             */
            lastSeenAt: string | null;
            /** @enum {string} */
            would: "blocked" | "taken-back" | "let-through" | "undecided" | "being-judged";
            reasons: string[];
            gates: {
                passed: boolean;
                /** @description SHA-256 of the facts they were asked about. */
                facts: string;
                results: components["schemas"]["GateResult"][];
            };
            judged: components["schemas"]["ObservedVerdict"] | null;
        };
        ObservedVerdict: {
            /** @enum {string} */
            verdict: "pass" | "fail" | "inconclusive";
            /** @enum {string|null} */
            cause: "never-healthy" | "exited" | "died" | "probes-failing" | "smoke-check" | "errors" | "removed" | null;
            service: string | null;
            why: string;
            watchedMs: number;
            numbers: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            at: string;
            seq: number;
        };
        Checklist: {
            items: components["schemas"]["Gate"][];
        };
        Gate: {
            name: components["schemas"]["GateName"];
            title: string;
            /** @description Also asked of a rollback. */
            safety: boolean;
        };
        LedgerHead: {
            head: components["schemas"]["SignedHead"];
            /** @description PEM; the one the ledger was opened with. */
            publicKey: string;
            /** @description The hash at the seq that was asked for; null where the ledger has none there. */
            remembered: {
                seq: number;
                hash: string | null;
            } | null;
        };
        SignedHead: {
            installation: string;
            seq: number;
            hash: string;
            /** Format: date-time */
            at: string;
            /** @description Ed25519, base64. */
            signature: string;
        };
        EventPage: {
            items: components["schemas"]["LedgerEvent"][];
            /** @description Seq of the last item where there may be more, else null. */
            next: number | null;
        };
        LedgerEvent: {
            /** @description Its place in the ledger; no gaps. */
            seq: number;
            /** Format: date-time */
            at: string;
            type: string;
            actor: string;
            idem: string;
            request?: string;
            environment?: string;
            release?: string;
            deployment?: string;
            service?: string;
            data: {
                [key: string]: unknown;
            };
        };
        LedgerVerdict: {
            /** @enum {boolean} */
            ok: true;
            events: number;
            head: {
                seq: number;
                hash: string;
            };
            headsCompared: number;
        } | {
            /** @enum {boolean} */
            ok: false;
            /** @description The first event that is not what it was. */
            seq: number;
            /** @enum {string} */
            problem: "changed" | "removed" | "inserted" | "reordered" | "truncated" | "rewritten";
            message: string;
        };
        VerifyLedger: {
            /**
             * @description Heads that the caller remembers.
             * @default []
             */
            heads: {
                seq: number;
                hash: string;
            }[];
        };
        TakenOver: {
            /** @description The host that had refused. */
            host: string;
            /** @description Controllers up to this fence are taken over from. */
            fence: number;
            /** @description The event that the host knew and this ledger does not. */
            seq: number | null;
        };
        TakeOver: {
            reason: string;
        };
        LedgerRow: {
            seq: number;
            prev: string;
            /** @description Hex SHA-256 over prev (32 bytes) and body (UTF-8). */
            hash: string;
            /** @description The exact text that was hashed. */
            body: string;
        };
        PrincipalToken: {
            principal: components["schemas"]["Principal"];
            /** @description Shown here and never again. */
            token: string;
            /** @description What could not be checked. */
            note: string | null;
        };
        Principal: {
            name: string;
            grants: {
                environment: string;
                /** @enum {string} */
                role: "viewer" | "deployer" | "approver" | "admin";
            }[];
            /** Format: date-time */
            expiresAt: string;
            /** Format: date-time */
            revokedAt: string | null;
        };
        AddPrincipal: {
            name: string;
            grants: components["schemas"]["RoleGrant"][];
            /** Format: date-time */
            expiresAt: string;
            /**
             * @description Gives a known principal a new token and other roles; its old token ends.
             * @default false
             */
            replace: boolean;
        };
        RoleGrant: {
            /** @description * grants the role in every environment. */
            environment: string;
            /** @enum {string} */
            role: "viewer" | "deployer" | "approver" | "admin";
        };
        PrincipalPage: {
            items: components["schemas"]["Principal"][];
            next: string | null;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "failing";
            /** @description The state database answers. */
            database: boolean;
            /** @description This process holds the controller lock. */
            controller: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listReleases: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasePage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRelease: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRelease"];
            };
        };
        responses: {
            /** @description The release */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Release"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The release */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseShown"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveRelease"];
            };
        };
        responses: {
            /** @description Who approved it so far */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approvals"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvidence: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description A commit or an image digest: the newest of each kind, all in one page. */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidencePage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddEvidence"];
            };
        };
        responses: {
            /** @description What was recorded */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evidence"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The evidence */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceBundle"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importAdvisories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportAdvisories"];
            };
        };
        responses: {
            /** @description What the server holds now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Advisories"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFindings: {
        parameters: {
            query?: {
                environment?: string;
                /** @description true: only the release that is live. */
                live?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By environment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Findings"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainFinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its story, oldest first; of the newest thousand events of findings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FindingExplanation"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEnvironments: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentPage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An environment, or one of its hosts where it has several. */
                environment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The environment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Environment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckEnvironment"];
            };
        };
        responses: {
            /** @description What was seen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checks"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deployRelease: {
        parameters: {
            query?: never;
            header?: {
                /** @description Asking twice under one key is asking once. */
                "idempotency-key"?: string;
            };
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeployRelease"];
            };
        };
        responses: {
            /** @description With dryRun: what would happen. Or it is live already: nothing is to be done, and nothing was recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"] | components["schemas"]["AlreadyLive"];
                };
            };
            /** @description The deployment that was asked for */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rollBack: {
        parameters: {
            query?: never;
            header?: {
                /** @description Asking twice under one key is asking once. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description An environment, or one of its hosts where it has several. */
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RollBack"];
            };
        };
        responses: {
            /** @description With dryRun: what would happen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description The rollback that was asked for */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    waiveGate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WaiveGate"];
            };
        };
        responses: {
            /** @description The waiver */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiver"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptPolicy"];
            };
        };
        responses: {
            /** @description The policy with its version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adoptEnvironment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Asking twice under one key is asking once. */
                "idempotency-key"?: string;
            };
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdoptEnvironment"];
            };
        };
        responses: {
            /** @description With dryRun: what would be recorded, and where it differs from the files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adoption"];
                };
            };
            /** @description The adoption, as a deployment of what runs already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ejectEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EjectEnvironment"];
            };
        };
        responses: {
            /** @description What was given back, or with dryRun what would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ejection"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    repairEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An environment, or one of its hosts where it has several. */
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RepairEnvironment"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repair"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readLogs: {
        parameters: {
            query: {
                /** @description A service, or one replica of it such as `frontend#2`. */
                service: string;
                tail?: number;
                follow?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description An environment, or one of its hosts where it has several. */
                environment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/x-ndjson": components["schemas"]["LogLine"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readEdge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An environment, or one of its hosts where it has several. */
                environment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The edge */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeStatus"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeployments: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description An environment, or one of its hosts where it has several. */
                environment?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentPage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showDeployment: {
        parameters: {
            query?: {
                /** @description Answer when it is finished, or after this time (1s to 60s). */
                wait?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deployment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its story, each line with its event in the ledger */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    abortDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AbortDeployment"];
            };
        };
        responses: {
            /** @description The deployment, going back */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResumeDeployment"];
            };
        };
        responses: {
            /** @description The deployment, going on */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayGates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both sets of answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GateReplay"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startWatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartWatch"];
            };
        };
        responses: {
            /** @description What is watched, and what runs there now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Watch"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopWatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StopWatch"];
            };
        };
        responses: {
            /** @description Whether anybody watched */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WatchStopped"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listObservedDeployments: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                environment?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObservedDeploymentPage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showObservedDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The observed deployment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObservedDeployment"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checklist */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checklist"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showHead: {
        parameters: {
            query?: {
                remembered?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The head */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerHead"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                order?: "oldest" | "newest";
                before?: number;
                /** @description An environment, or one of its hosts where it has several. */
                environment?: string;
                deployment?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyLedger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyLedger"];
            };
        };
        responses: {
            /** @description The verdict */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerVerdict"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeOver: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakeOver"];
            };
        };
        responses: {
            /** @description Taken over */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenOver"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportLedger: {
        parameters: {
            query?: {
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["LedgerRow"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Begin after this seq; without it, after the present head. */
                after?: number;
                /** @description An environment, or one of its hosts where it has several. */
                environment?: string;
                deployment?: string;
            };
            header?: {
                /** @description Sent by a client that connects again; wins over after. */
                "last-event-id"?: number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An open stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPrincipals: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrincipalPage"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addPrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddPrincipal"];
            };
        };
        responses: {
            /** @description The principal and its token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrincipalToken"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokePrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description It cannot */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description What went wrong, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
