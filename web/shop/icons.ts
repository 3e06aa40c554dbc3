// The shop's own icons, drawn like the shared ones: 24 × 24, stroke 1.75.

export const BASKET = "M4 9h16l-1.6 9.2a1.5 1.5 0 0 1-1.5 1.3H7.1a1.5 1.5 0 0 1-1.5-1.3ZM8.5 9l2.5-5M15.5 9 13 4M10 13v3M14 13v3";
export const SEARCH = "M11 17.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM16 16l4 4";
export const PARCEL = "M4.5 8 12 4l7.5 4v8L12 20l-7.5-4ZM4.5 8l7.5 4 7.5-4M12 12v8M8.2 6l7.5 4";
export const MINUS = "M6 12h12";
export const PLUS = "M12 6v12M6 12h12";
export const BIN = "M5 7h14M10 7V4.5h4V7M7 7l.8 12h8.4L17 7M10.5 10.5v5M13.5 10.5v5";
