import type { Locale } from "../shared/locale";

export interface Words {
  title: string;
  lead: string;
  camera: string;
  album: string;
  ready: string;
  send: string;
  again: string;
  sending: string;
  done: string;
  more: string;
  failed: string;
  no_link: string;
}

export const TEXTS: Record<Locale, Words> = {
  "zh-TW": {
    title: "傳送照片",
    lead: "拍一張，照片會直接出現在您電腦上的對話裡。",
    camera: "拍照",
    album: "從相簿選",
    ready: "這張可以嗎？",
    send: "傳送",
    again: "換一張",
    sending: "傳送中…",
    done: "傳好了。請回到電腦上繼續對話。",
    more: "再傳一張",
    failed: "這次沒有傳成功，照片還在，請再試一次。",
    no_link: "這個連結不完整，請在電腦上重新掃描條碼。",
  },
  "zh-CN": {
    title: "发送照片",
    lead: "拍一张，照片会直接出现在您电脑上的对话里。",
    camera: "拍照",
    album: "从相册选",
    ready: "这张可以吗？",
    send: "发送",
    again: "换一张",
    sending: "发送中…",
    done: "发好了。请回到电脑上继续对话。",
    more: "再发一张",
    failed: "这次没有发成功，照片还在，请再试一次。",
    no_link: "这个链接不完整，请在电脑上重新扫描二维码。",
  },
  en: {
    title: "Send a photo",
    lead: "Take one, and it shows up in the chat on your computer.",
    camera: "Take a photo",
    album: "Choose from photos",
    ready: "Is this one good?",
    send: "Send",
    again: "Choose another",
    sending: "Sending…",
    done: "Sent. You can go on with the chat on your computer.",
    more: "Send another",
    failed: "That didn't go through. Your photo is still here, please try again.",
    no_link: "This link is incomplete. Please scan the code on your computer again.",
  },
};
