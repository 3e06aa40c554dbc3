import "../tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";
import "./style/list.css";
import "./style/conversation.css";
import "./style/reading.css";
import "./style/composer.css";
import "./style/packet.css";
import { render } from "preact";
import { allowSound } from "./alerts";
import { followAddress } from "./route";
import { startSession } from "./session";
import { App } from "./shell/App";
import { guardUnsent } from "./talk";
import { startClock } from "./time";

void startSession();
followAddress();
startClock();
allowSound();
guardUnsent();

const place = document.getElementById("app");
if (place) render(<App />, place);
