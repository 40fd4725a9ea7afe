/** Opens the encrypted settings of an environment. Values live in memory only and go to the redactor at once. */
export interface SecretStore {
  /** Decrypts a whole dotenv file; throws `SECRETS_UNREADABLE` with the reason, never with content. */
  open(ciphertext: Uint8Array): Promise<ReadonlyMap<string, string>>
  /** Public recipients of this installation, to encrypt to. */
  recipient(): Promise<string>
}
