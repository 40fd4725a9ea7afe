/** `5%`, `0.5%`, `100%`: at most two decimals. */
export const PERCENT_PATTERN = /^(?:100(?:\.0{1,2})?|\d{1,2}(?:\.\d{1,2})?)%$/

/** A share as a number from 0 to 1; null where the text is no percentage from 0% to 100%. */
export const parsePercent = (text: string): number | null =>
  PERCENT_PATTERN.test(text) ? Number(text.slice(0, -1)) / 100 : null

/** 0.05 -> `5%`. */
export const formatPercent = (share: number, decimals = 2): string =>
  `${Number((share * 100).toFixed(decimals))}%`
