// What @peculiar/x509 finds its parts by: before it.
import 'reflect-metadata'
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { calculateJwkThumbprint } from 'jose'
import { randomBytes } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeAuthority } from '../certificates.ts'
import type { Authority } from '../certificates.ts'
import { AcmeRefusal, SignedRequests } from './signed-request.ts'
import type { SignedRequest } from './signed-request.ts'

/** A certificate authority that speaks ACME (RFC 8555) with http-01, on this machine's loopback. */
export interface AcmeServer {
  directory: string
  /** How many certificates it has given. */
  issued(): number
  close(): Promise<void>
}

export interface AcmeOptions {
  /** Where every name leads that it validates, in place of DNS. */
  reach: { host: string; port: number }
  /** How long a certificate lives. */
  livesMs: number
}

interface Order {
  account: string
  names: string[]
  token: string
  isProven: boolean
  certificate: string | null
}

interface Served extends AcmeOptions {
  base: string
  requests: SignedRequests
  orders: Map<string, Order>
  authority: Authority
}

/** Starts it with an authority of its own and one between, as public ones have it. */
export async function startAcmeServer(options: AcmeOptions): Promise<AcmeServer> {
  const root = await makeAuthority()
  const authority = await root.issue({ names: [] })
  const requests = new SignedRequests()
  const orders = new Map<string, Order>()
  const served: Served = { ...options, base: '', requests, orders, authority }
  const server = createServer((incoming, answer) => void serve(served, incoming, answer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  served.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    directory: `${served.base}/directory`,
    issued: () => [...orders.values()].filter(({ certificate }) => certificate !== null).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  status: number
  body: object | string
  location?: string
}

async function serve(served: Served, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { status, body, location } = await answerTo(served, incoming).catch((thrown: unknown): Answer => {
    const refusal = thrown instanceof AcmeRefusal ? thrown : new AcmeRefusal('serverInternal', String(thrown))
    const type = `urn:ietf:params:acme:error:${refusal.problem}`
    return { status: 400, body: { type, detail: refusal.message, status: 400 } }
  })
  const type = typeof body === 'string' ? 'application/pem-certificate-chain' : 'application/json'
  answer.writeHead(status, {
    'content-type': status < 400 ? type : 'application/problem+json',
    'replay-nonce': served.requests.nonce(),
    ...(location === undefined ? {} : { location }),
  })
  answer.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function answerTo(served: Served, incoming: IncomingMessage): Promise<Answer> {
  const { base, requests } = served
  const path = incoming.url ?? '/'
  const [, what = '', id = ''] = path.split('/')
  if (what === 'directory') return { status: 200, body: directoryOf(base) }
  if (what === 'new-nonce') return { status: incoming.method === 'HEAD' ? 200 : 204, body: '' }
  const signed = await requests.open(await textOf(incoming), `${base}${path}`)
  if (what === 'new-account') {
    const account = await requests.accountOf(signed.key, base)
    return { status: 201, body: { status: 'valid', orders: `${account}/orders` }, location: account }
  }
  if (signed.account === null) throw new AcmeRefusal('unauthorized', 'only an account may ask that')
  if (what === 'new-order') return newOrder(served, signed)
  const order = served.orders.get(id)
  if (order === undefined || order.account !== signed.account)
    throw new AcmeRefusal('unauthorized', 'no order of this account')
  return await ofOrder(served, { what, id, order, signed })
}

const directoryOf = (base: string) => ({
  newNonce: `${base}/new-nonce`,
  newAccount: `${base}/new-account`,
  newOrder: `${base}/new-order`,
  revokeCert: `${base}/revoke-cert`,
  keyChange: `${base}/key-change`,
  meta: { termsOfService: `${base}/terms` },
})

function newOrder(served: Served, { account, payload }: SignedRequest): Answer {
  const asked = (payload?.['identifiers'] ?? []) as { type: string; value: string }[]
  if (asked.length !== 1 || asked.some(({ type }) => type !== 'dns'))
    throw new AcmeRefusal('rejectedIdentifier', 'one name at a time')
  const id = randomBytes(8).toString('hex')
  const token = randomBytes(24).toString('base64url')
  const order = {
    account: account ?? '',
    names: asked.map(({ value }) => value),
    token,
    isProven: false,
    certificate: null,
  }
  served.orders.set(id, order)
  return { status: 201, body: orderBody(served, id, order), location: `${served.base}/order/${id}` }
}

const orderBody = ({ base }: Served, id: string, { names, isProven, certificate }: Order) => ({
  status: certificate === null ? (isProven ? 'ready' : 'pending') : 'valid',
  identifiers: names.map((value) => ({ type: 'dns', value })),
  authorizations: [`${base}/authorization/${id}`],
  finalize: `${base}/finalize/${id}`,
  ...(certificate === null ? {} : { certificate: `${base}/certificate/${id}` }),
})

const challengeBody = ({ base }: Served, id: string, { token, isProven }: Order) => ({
  ...{ type: 'http-01', url: `${base}/challenge/${id}`, token },
  status: isProven ? 'valid' : 'pending',
})

interface Asked {
  what: string
  id: string
  order: Order
  signed: SignedRequest
}

async function ofOrder(served: Served, { what, id, order, signed }: Asked): Promise<Answer> {
  const ok = (body: object | string): Answer => ({ status: 200, body })
  switch (what) {
    case 'order':
      return ok(orderBody(served, id, order))
    case 'authorization':
      return ok({
        status: order.isProven ? 'valid' : 'pending',
        identifier: { type: 'dns', value: order.names[0] },
        challenges: [challengeBody(served, id, order)],
      })
    case 'challenge':
      if (signed.payload !== null) await prove(served, order, signed)
      return ok(challengeBody(served, id, order))
    case 'finalize':
      await finalise(served, order, signed)
      return { ...ok(orderBody(served, id, order)), location: `${served.base}/order/${id}` }
    case 'certificate':
      return ok(order.certificate ?? '')
    default:
      throw new AcmeRefusal('malformed', `there is no ${what}`)
  }
}

/** Section 8.3: the name itself has to answer with the token and the thumbprint of the account's key. */
async function prove({ reach }: Served, order: Order, { key }: SignedRequest): Promise<void> {
  const path = `/.well-known/acme-challenge/${order.token}`
  const wanted = `${order.token}.${await calculateJwkThumbprint(key)}`
  const found = await fetchFrom(reach, { host: order.names[0] ?? '', path })
  if (found.trim() !== wanted) throw new AcmeRefusal('unauthorized', `${path} answered ${found.slice(0, 80)}`)
  order.isProven = true
}

const fetchFrom = (
  reach: AcmeOptions['reach'],
  { host, path }: { host: string; path: string },
): Promise<string> =>
  new Promise((resolve, reject) => {
    const asking = request({ ...reach, path, headers: { host }, timeout: 5_000, agent: false }, (answer) => {
      textOf(answer).then(resolve, reject)
    })
    asking.on('error', reject).on('timeout', () => asking.destroy(new Error('the name does not answer')))
    asking.end()
  })

async function finalise(served: Served, order: Order, { payload }: SignedRequest): Promise<void> {
  if (!order.isProven) throw new AcmeRefusal('orderNotReady', 'the name is not proven')
  const { csr = '' } = (payload ?? {}) as { csr?: string }
  const wanted = new Pkcs10CertificateRequest(Buffer.from(csr, 'base64url'))
  const asked = wanted.extensions.find((one) => one instanceof SubjectAlternativeNameExtension)
  const names = asked?.names.items.map(({ value }) => value) ?? []
  if (!(await wanted.verify()) || names.join() !== order.names.join())
    throw new AcmeRefusal('badCSR', `it is for ${names.join()}, or its signature does not hold`)
  const told = { names: order.names, fromMs: 0, untilMs: served.livesMs }
  order.certificate =
    (await served.authority.sign(await wanted.publicKey.export(), told)) + served.authority.fullchain
}

async function textOf(stream: IncomingMessage): Promise<string> {
  stream.setEncoding('utf8')
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
