import { databaseProbeContract } from './contract.ts'
import { fakeDatabaseProbe } from './fake.ts'

databaseProbeContract(async () => {
  const deadUrl = 'postgres://app:correct-horse@db.example/gone'
  const probe = fakeDatabaseProbe()
  probe.down.set(deadUrl, 'nothing listens at that address and port')
  return { probe, url: 'postgres://app:correct-horse@db.example/app', deadUrl }
})
