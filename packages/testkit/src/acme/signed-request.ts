import { calculateJwkThumbprint, flattenedVerify, importJWK } from 'jose'
import type { FlattenedJWSInput, JWK } from 'jose'
import { randomBytes } from 'node:crypto'

/** What RFC 8555 answers a request with that it does not take: the last word of the problem's type. */
export class AcmeRefusal extends Error {
  readonly problem: string

  constructor(problem: string, detail: string) {
    super(detail)
    this.problem = problem
  }
}

export interface SignedRequest {
  /** Of the account; null in the request that makes it. */
  account: string | null
  key: JWK
  /** Null where the payload is empty: POST as GET. */
  payload: Record<string, unknown> | null
}

const algorithms = ['RS256', 'ES256', 'ES384']

/** Nonces, accounts and the checks of RFC 8555, section 6, on every request that is signed. */
export class SignedRequests {
  readonly #nonces = new Set<string>()
  readonly #accounts = new Map<string, JWK>()

  nonce(): string {
    const nonce = randomBytes(16).toString('base64url')
    this.#nonces.add(nonce)
    return nonce
  }

  /** The account of a key, the same for the same key. */
  async accountOf(key: JWK, base: string): Promise<string> {
    const account = `${base}/account/${await calculateJwkThumbprint(key)}`
    this.#accounts.set(account, key)
    return account
  }

  /** Throws AcmeRefusal for a signature, nonce, address or account that is not good. */
  async open(text: string, url: string): Promise<SignedRequest> {
    const signed = JSON.parse(text) as FlattenedJWSInput
    const header = JSON.parse(Buffer.from(signed.protected ?? '', 'base64url').toString()) as {
      alg?: string
      nonce?: string
      url?: string
      kid?: string
      jwk?: JWK
    }
    if (!this.#nonces.delete(header.nonce ?? ''))
      throw new AcmeRefusal('badNonce', 'the nonce is not one of ours')
    if (header.url !== url) throw new AcmeRefusal('unauthorized', `signed for ${header.url ?? 'nothing'}`)
    const key = header.kid === undefined ? header.jwk : this.#accounts.get(header.kid)
    if (key === undefined) throw new AcmeRefusal('accountDoesNotExist', 'no such account')
    const { payload } = await flattenedVerify(signed, await importJWK(key, header.alg ?? ''), {
      algorithms,
    }).catch(() => {
      throw new AcmeRefusal('malformed', 'the signature does not hold')
    })
    const inside = Buffer.from(payload).toString()
    return {
      ...{ account: header.kid ?? null, key },
      payload: inside === '' ? null : (JSON.parse(inside) as Record<string, unknown>),
    }
  }
}
