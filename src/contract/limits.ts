/** How large a concert may be: read by the contract's schemas, by the rules behind them, and by the form that makes one. */
export const concertLimits = {
  textCharsMax: 200,
  nameCharsMax: 50,
  sectionSideMax: 100_000,
  priceMax: 100_000_000,
  sectionsMax: 500,
  datesMax: 200,
  seatsPerDateMax: 100_000,
  seatsMax: 1_000_000,
  /**
   * Of the whole request: 500 sections on each of four dates, or ten on each of 200. A megabyte of JSON takes 20 ms to
   * check and read, during which nobody else is served.
   */
  bodyBytesMax: 155_648,
  activeMax: 1_000_000,
  secondsMax: 86_400,
  seatsPerFanMax: 100,
} as const;

/** How far a refund policy may reach. */
export const refundLimits = {
  rulesMax: 20,
  daysMax: 365,
  /** A year. */
  freeHoursMax: 8_760,
  closesMinutesMax: 525_600,
  compensationPercentMax: 10,
} as const;

/** What a concert gets when its operator says nothing. */
export const concertDefaults = {
  maxActive: 100,
  sessionSeconds: 600,
  holdSeconds: 300,
  graceSeconds: 20,
  maxSeatsPerFan: 4,
  boundToSupply: false,
  timeZone: 'Asia/Seoul',
} as const;

/** What an operator asks about money, and when it is time to look. */
export const moneyLimits = {
  daysMax: 366,
  /** Parts of withdrawals that could not be sent are told for so long. */
  failedDays: 7,
  /** A gateway that is well has said long before how a payment ended. */
  unclearMinutesMax: 15,
} as const;
