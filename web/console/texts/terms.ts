import type { Locale } from "../../shared/locale";
import { LOCALES } from "../../shared/locale";

/** One word in the order of `LOCALES`: zh-TW, zh-CN, en. */
type Term = readonly [string, string, string];

export const INTENTS = {
  track_order: ["查詢包裹", "查询物流", "Track a parcel"],
  delivery_time: ["到貨時間", "到货时间", "Delivery time"],
  delivery_options: ["配送方式", "配送方式", "Delivery options"],
  shipping_fee: ["運費", "运费", "Shipping fee"],
  order_status: ["訂單狀態", "订单状态", "Order status"],
  place_order: ["下單", "下单", "Place an order"],
  change_order: ["修改訂單", "修改订单", "Change an order"],
  cancel_order: ["取消訂單", "取消订单", "Cancel an order"],
  parcel_not_received: ["沒收到包裹", "没收到包裹", "Parcel not received"],
  stock_availability: ["庫存", "库存", "Stock"],
  return_policy: ["退換貨規定", "退换货规则", "Return policy"],
  request_return: ["退貨退款", "退货退款", "Return for a refund"],
  request_exchange: ["換貨", "换货", "Exchange"],
  return_logistics: ["退貨寄送", "退货寄送", "Sending a return"],
  return_shipping_fee: ["退貨運費", "退货运费", "Return shipping fee"],
  refund_status: ["退款進度", "退款进度", "Refund status"],
  after_sales_progress: ["售後進度", "售后进度", "After-sales progress"],
  cancel_return: ["取消退貨", "取消退货", "Cancel a return"],
  how_to_use: ["使用方法", "使用方法", "How to use"],
  installation: ["到府安裝", "上门安装", "Installation"],
  product_info: ["商品資訊", "商品信息", "Product information"],
  warranty: ["保固", "保修", "Warranty"],
  authenticity: ["是否正品", "是否正品", "Authenticity"],
  missing_item: ["少東西", "少件", "Missing item"],
  wrong_item: ["寄錯商品", "发错货", "Wrong item"],
  damaged_item: ["商品破損", "商品破损", "Damaged item"],
  defective_item: ["商品故障", "商品故障", "Defective item"],
  payment_methods: ["付款方式", "支付方式", "Payment methods"],
  payment_problem: ["付款問題", "支付问题", "Payment problem"],
  invoice: ["發票", "发票", "Invoice"],
  coupon: ["優惠券", "优惠券", "Coupon"],
  promotion: ["優惠活動", "优惠活动", "Promotion"],
  price_protection: ["價差退還", "价保", "Price protection"],
  account_help: ["帳號問題", "账号问题", "Account help"],
  membership: ["會員", "会员", "Membership"],
  review_feedback: ["評價與建議", "评价与建议", "Review or feedback"],
  store_info: ["商店資訊", "店铺信息", "Store information"],
  talk_to_human: ["要找真人", "要转人工", "Wants a person"],
  complaint: ["客訴", "投诉", "Complaint"],
  safety_issue: ["安全狀況", "安全问题", "Safety"],
  distress: ["客人遇到難處", "客户遇到难处", "Distress"],
  greet: ["打招呼", "打招呼", "Greeting"],
  thanks: ["道謝", "道谢", "Thanks"],
  goodbye: ["道別", "道别", "Goodbye"],
  affirm: ["肯定", "肯定", "Yes"],
  deny: ["否定", "否定", "No"],
  bot_challenge: ["問是不是機器人", "问是不是机器人", "Asks if it's a bot"],
  chitchat: ["閒聊", "闲聊", "Small talk"],
  unclear: ["看不出意思", "看不出意思", "Unclear"],
  out_of_scope: ["不在服務範圍", "不在服务范围", "Out of scope"],
} as const satisfies Record<string, Term>;

export const REASONS = {
  customer_request: ["客人要找真人", "客户要求人工", "Asked for a person"],
  safety: ["安全狀況", "安全问题", "Safety"],
  complaint: ["客訴", "投诉", "Complaint"],
  distress: ["客人遇到難處", "客户遇到难处", "Distress"],
  reopened: ["結束後又寫來", "结束后又写来", "Wrote again"],
  low_confidence: ["助理沒有把握", "助手没有把握", "Assistant was unsure"],
  no_article: ["沒有合適的文章", "没有合适的文章", "No fitting article"],
  ambiguous: ["意思不明確", "意思不明确", "Could mean several things"],
  repeated: ["同樣的問題又問一次", "同样的问题又问一次", "Asked again"],
  not_helpful: ["回答沒有幫到客人", "回答没有帮到客户", "The answer didn't help"],
  attachment: ["客人傳了圖片或檔案", "客户发了图片或文件", "Sent a picture or file"],
  turn_limit: ["和助理來回太多次", "和助手来回太多次", "Too many turns with the assistant"],
  business_rule: ["店內規則", "店铺规则", "Shop rule"],
  nlu_unavailable: ["助理暫時無法讀訊息", "助手暂时无法读消息", "Assistant was unavailable"],
  skill_failed: ["查詢沒有成功", "查询没有成功", "A lookup failed"],
  swept: ["助理沒有及時回覆", "助手没有及时回复", "Assistant didn't answer in time"],
} as const satisfies Record<string, Term>;

export const DECISIONS = {
  answer: ["用文章回答", "用文章回答", "answered from an article"],
  skill: ["查資料後回答", "查资料后回答", "answered from the shop's records"],
  ask: ["追問一個細節", "追问一个细节", "asked for a detail"],
  clarify: ["請客人選意思", "请客户选意思", "asked which was meant"],
  handoff: ["轉給客服", "转给人工", "handed to a person"],
  social: ["寒暄", "寒暄", "small talk"],
  decline: ["說明幫不上並附按鈕", "说明帮不上并附按钮", "said it's outside what we do"],
  none: ["不需要回", "不需要回", "nothing to answer"],
} as const satisfies Record<string, Term>;

export const ENTITIES = {
  order_id: ["訂單編號", "订单号", "Order number"],
  tracking_number: ["追蹤號碼", "运单号", "Tracking number"],
  product: ["商品", "商品", "Product"],
  sku: ["貨號", "货号", "SKU"],
  phone_tail: ["手機末碼", "手机尾号", "End of the phone number"],
  phone: ["電話", "电话", "Phone"],
  email: ["電子郵件", "邮箱", "Email"],
  date: ["日期", "日期", "Date"],
  amount: ["金額", "金额", "Amount"],
  quantity: ["數量", "数量", "Quantity"],
  color: ["顏色", "颜色", "Colour"],
  size: ["尺寸", "尺寸", "Size"],
  carrier: ["物流", "快递", "Carrier"],
} as const satisfies Record<string, Term>;

export const ORDER_STATES = {
  paid: ["已付款", "已付款", "Paid"],
  packing: ["備貨中", "备货中", "Being packed"],
  shipped: ["已出貨", "已发货", "Shipped"],
  out_for_delivery: ["今天送到", "派送中", "Out for delivery"],
  delayed: ["物流耽擱", "物流延误", "Delayed"],
  ready: ["待取貨", "待自提", "Ready for pick-up"],
  delivered: ["已送達", "已送达", "Delivered"],
  cancelled: ["已取消", "已取消", "Cancelled"],
  return_requested: ["已申請退貨", "已申请退货", "Return arranged"],
  returned: ["退貨已到倉庫", "退货已到仓库", "Return received"],
  refunded: ["已退款", "已退款", "Refunded"],
} as const satisfies Record<string, Term>;

export const LANGUAGES = {
  "zh-TW": ["繁中", "繁中", "Trad. Chinese"],
  "zh-CN": ["簡中", "简中", "Simpl. Chinese"],
  en: ["英文", "英文", "English"],
} as const satisfies Record<Locale, Term>;

/** The word for `name`; a name nobody has a word for yet is shown as it is. */
export function termIn(terms: Readonly<Record<string, Term>>, name: string, locale: Locale): string {
  return terms[name]?.[LOCALES.indexOf(locale)] ?? name.replaceAll("_", " ");
}
