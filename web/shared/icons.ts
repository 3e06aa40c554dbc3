// One drawn set: 24 × 24, stroke 1.75. Each icon is the data of its paths.

export const BOT = "M12 4v3M7 7h10a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-6a3 3 0 0 1 3-3ZM9 12v2M15 12v2";
export const CHAT = "M20 12a7.5 7.5 0 0 1-11 6.6L4.5 20l1.3-4A7.5 7.5 0 1 1 20 12ZM9 11h6M9 14h4";
export const PERSON = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0";
export const CLOSE = "M6 6l12 12M18 6 6 18";
export const DOWN = "M12 5v14M6 13l6 6 6-6";
export const UP = "M12 19V5M6 11l6-6 6 6";
export const CLOCK = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2";
export const CHECK = "M5 12.5l4.5 4.5L19 7.5";
export const ALERT = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 8v5M12 16v.1";
export const INFO = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5M12 8v.1";
export const BACK = "M15 5l-7 7 7 7";
export const PANEL = "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM15 4v16";
export const GLOBE = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.5 12h17M12 3c2.5 2.4 3.8 5.6 3.8 9S14.5 18.6 12 21c-2.5-2.4-3.8-5.6-3.8-9S9.5 5.4 12 3Z";
export const PLANE = "M20 4 3.5 11l5.5 2.5M20 4l-3.5 15L9 13.5M20 4 9 13.5V19l3-3";
export const BELL = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 20.5h4";
export const SOUND = "M4.5 9.5v5h3.5l4.5 4v-13L8 9.5ZM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11";
export const MUTE = "M4.5 9.5v5h3.5l4.5 4v-13L8 9.5ZM16.5 9.5l5 5M21.5 9.5l-5 5";
export const KEYS = "M4 7h16a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1ZM7 10.5h.1M10.5 10.5h.1M14 10.5h.1M17 10.5h.1M8 13.5h8";
export const LEAVE = "M10 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h4M15 8l4 4-4 4M19 12H9.5";
export const LOCK = "M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3";
export const INBOX = "M4 13.5 6.5 6a1 1 0 0 1 1-.7h9a1 1 0 0 1 1 .7L20 13.5V18a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1ZM4 13.5h4.5l1 2h5l1-2H20";
