// Of the one drawn set: 24 × 24, stroke 1.75.

export const AT = "M12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM15.500 8.500v4.500a2.250 2.250 0 0 0 4.500 0v-1a8 8 0 1 0-3.200 6.400";
export const PICKS = "M4 5.500h3v3H4ZM4 15.500h3v3H4ZM11 7h9M11 17h9";
