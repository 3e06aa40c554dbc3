/** The product's mark, a baton handed on, and its name. */
export function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" />
        <path d="M9 23 23 9M18 9h5v5" />
        <circle cx="11" cy="21" r="3" />
      </svg>
      Baton
    </span>
  );
}
