/** The value; throws what it was rejected with. For tasks that go on together and of which none may be left behind. */
export const resultOf = <T>(result: PromiseSettledResult<T>): T => {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
