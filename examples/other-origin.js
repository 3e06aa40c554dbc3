// What a shop's page may do with the chat. Each call waits by itself until the chat is there.
const unread = document.querySelector("#unread");
const jwt = document.querySelector("#jwt");

document.querySelector("#ask").addEventListener("click", () => Baton.open("How long does delivery take?"));
document.querySelector("#close").addEventListener("click", () => Baton.close());
Baton.on("unread", (count) => (unread.textContent = String(count)));

document.querySelector("#identify").addEventListener("submit", (event) => {
  event.preventDefault();
  Baton.identify(jwt.value.trim());
});
document.querySelector("#logout").addEventListener("click", () => {
  jwt.value = "";
  Baton.identify("");
});
