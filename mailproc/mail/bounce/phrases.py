"""Phrases by which mail systems report a bounce or a delay: data, one table for each use.

They are searched as plain text, ignoring case, with white space collapsed, so no table can be slow. A phrase
belongs here if a system writes it and nobody who writes about an order would: "not delivered" alone is too
short.
"""

FAILED_SUBJECTS = (
    # English
    "delivery status notification (fail", "delivery notification: delivery has failed", "failure notice",
    "undeliver", "delivery failure", "delivery failed", "delivery has failed", "failed delivery",
    "failure delivery", "delivery failture", "mail failure", "mail delivery failed",
    "mail delivery problem", "mail delivery error", "could not be delivered", "cannot be delivered",
    "couldn't be delivered", "not be delivered", "wasn't delivered", "was not delivered", "not delivered",
    "non-delivery", "nondelivery", "non delivery", "nondeliverable", "non-deliverable", "delivery problem",
    "delivery error", "error during delivery", "returned to sender", "returning to sender",
    "returning message to sender", "return to sender", "message returned", "mail error",
    "mail system error", "failed mail", "unable to deliver", "message rejected", "mail rejected",
    "rejected mail", "message blocked", "message you sent blocked", "user unknown", "unknown user",
    "unknown address", "address not found", "bounced mail", "mail bounced", "message bounced",
    "mail could not be", "error sending message", "message not sent", "permanent delivery",
    "recipient rejected",
    # German
    "unzustellbar", "nicht zugestellt", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellung nicht",
    "zustellfehler", "fehler bei der zustellung", "fehler beim versand", "fehlgeschlagene zustellung",
    "übermittlungsfehler", "unzugestellt",
    # French
    "non remis", "non distribu", "non délivr", "non delivr", "échec de la remise", "echec de la remise",
    "échec de remise", "échec de la distribution", "échec de livraison", "échec d'envoi",
    "impossible de remettre", "retour à l'expéditeur", "retourné à l'expéditeur", "utilisateur non recensé",
    "non distribuable", "non livré",
    # Italian, Spanish, Portuguese
    "non recapitabile", "mancata consegna", "mancato recapito", "consegna non riuscita",
    "errore di consegna", "non consegnat", "impossibile recapitare", "non recapitat", "no se pudo entregar",
    "no se puede entregar", "no se ha podido entregar", "no entregado", "no entregable", "error de entrega",
    "fallo de entrega", "fallo en la entrega", "entrega fallida", "correo devuelto", "mensaje devuelto",
    "no se puede enviar", "no entrega", "imposible entregar", "não entregue", "não pôde ser entregue",
    "falha na entrega", "falha de entrega", "não foi possível entregar", "mensagem devolvida",
    "não é possível entregar", "não entregável", "erro na entrega",
    # Dutch and the North
    "onbestelbaar", "niet bezorgd", "bezorging mislukt", "aflevering mislukt", "niet afgeleverd",
    "kan niet worden", "kunde inte levereras", "olevererbar", "oleverbar", "ikke levert", "ikke leveres",
    "uleveret", "kan ikke leveres", "kunne ikke leveres", "toimitus epäonnistui",
    "toimittaminen epäonnistui", "ei voitu toimittaa",
    # The East
    "niedoręczen", "nie dostarczono", "nie można dostarczyć", "niedostarcz", "zwrot wiadomości",
    "zwrot poczty", "nedoručiteln", "nedoručen", "nebylo doručen", "nebola doručen", "kézbesíthetetlen",
    "kézbesítési hiba", "nedostavljivo", "nelivrat", "nu a putut fi livrat", "iletilemedi",
    "teslim edilemedi", "gönderilemedi", "недостав", "не доставл", "не может быть доставл",
    "невозможно доставить", "ошибка доставки", "сбой доставки", "письмо возвращено", "возврат письма",
    "не вдалося доставити", "ανεπίδοτ", "αδυναμία παράδοσης", "δεν παραδόθηκε", "配信不能",
    "配信できません", "配信エラー", "配送不能", "送信できません", "送信エラー", "配達できません",
    "届けられません", "お届けできません", "届きませんでした", "不達", "エラー通知", "退信", "退回",
    "投递失败", "无法投递", "无法送达", "未送达", "发送失败", "退件", "無法傳遞", "無法送達", "無法投遞",
    "傳送失敗", "배달되지", "배달 실패", "전송 실패", "전달할 수 없", "전송되지 않", "반송",
)  # fmt: skip

DELAYED_SUBJECTS = (
    "delay", "could not send mail for past", "could not send message for past", "warning: message",
    "still being", "not yet been delivered", "not yet delivered", "will be retried", "deferred",
    "delivery warning", "verzögert", "verzögerung", "noch nicht zugestellt", "retardé", "remise retardée",
    "différé", "ritardat", "in ritardo", "retrasad", "retraso", "demorad", "atrasad", "atraso", "vertraagd",
    "vertraging", "försenad", "forsinke", "opóźnion", "zpožděn", "gecikti", "задерж", "отложен", "遅延",
    "遅れ", "延迟", "延遲", "지연",
)  # fmt: skip

REPORT_SUBJECTS = (
    "delivery status", "delivery notification", "delivery report", "mail delivery system",
    "processing error", "notification d'état de remise", "传递状态通知",
)  # fmt: skip
"""Subjects of a failure, if nothing else is said."""

ANSWERS = (
    "re:", "aw:", "antw:", "fw:", "fwd:", "wg:", "tr:", "rv:", "sv:", "vs:", "odp:", "r:", "i:", "enc:",
)  # fmt: skip
"""Subjects of people who answer or forward."""

GIVEN_UP = (
    "this is a permanent error", "i've given up", "have given up", "has given up",
    "i'm not going to try again", "no further attempts will be made", "no further delivery attempts",
    "will not be retried", "permanent fatal errors", "permanent fatal delivery errors",
    "failed permanently", "permanent failure", "retry time not reached", "retry timeout exceeded",
    "message expired", "wird nicht weiter versucht", "endgültig", "définitivement", "definitivamente",
)  # fmt: skip

DELAYED = (
    "has not yet been delivered", "has not been delivered yet", "not yet been delivered",
    "could not yet be delivered", "message has been delayed", "message is delayed for",
    "mail has been delayed", "delivery has been delayed", "has been postponed", "delivery is delayed",
    "will continue to try", "will continue trying", "will keep trying", "will be retried", "will retry for",
    "is still trying", "still trying to deliver", "still being tried", "will try to deliver",
    "attempts will continue", "will continue to be made", "will be attempted again",
    "will be resent automatically", "you do not need to resend", "do not need to resend",
    "don't need to resend", "no need to resend", "no action is required on your part",
    "this is a warning message only", "this is only a warning", "this is just a warning",
    "temporary problem delivering", "temporary non-fatal errors", "transient non-fatal errors",
    "noch nicht zugestellt", "konnte noch nicht", "weitere zustellversuche", "zustellung wird weiter",
    "weiterhin versuch", "zustellung wurde verzögert", "zustellung verzögert", "wird erneut versucht",
    "nicht erneut senden", "n'a pas encore été", "n'a pas encore pu", "a été retardé",
    "nouvelle tentative de remise", "continuera à essayer", "continuera d'essayer",
    "pas besoin de renvoyer", "non è ancora stato", "è in ritardo", "è stato ritardato",
    "nuovo tentativo di consegna", "continuerà a tentare", "todavía no se ha entregado",
    "aún no se ha entregado", "se ha retrasado", "se seguirá intentando", "continuará intentando",
    "no es necesario que vuelva a enviar", "ainda não foi entregue", "está atrasada", "foi adiada",
    "continuará tentando", "continuarão", "nog niet bezorgd", "nog niet afgeleverd", "blijven proberen",
    "ännu inte levererats", "jeszcze dostarczona", "попытки доставки будут", "попытки будут",
    "ещё не доставлено", "еще не доставлено", "задержано", "задерживается", "まだ配信されて", "再送を試み",
    "再試行", "遅延して", "配信が遅れて", "将继续尝试", "会继续尝试", "尚未", "지연되",
)  # fmt: skip

FAILED = (
    # qmail, and who copied it
    "able to deliver your message to the following", "able to deliver the following message",
    "this is the qmail-send program", "able to deliver your mail to", "able to deliver your message",
    # Postfix, Exim, sendmail, Courier, OpenSMTPD, DMA, smail, MMDF, PMDF
    "sorry to have to inform you that", "could not be delivered to one or more",
    "attached message could not be", "created automatically by mail delivery software",
    "created automatically by the mail system", "created automatically by mail system",
    "the following address(es) failed", "following addresses failed", "rejected by the local scanning code",
    "recipient addresses that were incorrectly constructed", "had permanent fatal errors",
    "had permanent delivery errors", "had permanent non-delivery errors", "had delivery errors",
    "had delivery problems", "had fatal errors", "had successive delivery", "transcript of session follows",
    "failed addresses follow", "the following recipients were rejected",
    "could not be delivered to the following", "following recipients could not be",
    "delivery to the following recipient", "delevery to the following recipient",
    "delivery to the following address", "has occurred while attempting to deliver a message",
    "was an error delivering your mail", "error delivering your message", "unable to deliver message to",
    "unable to deliver the message to", "unable to deliver mail to", "unable to deliver to",
    "unable to deliver your", "cannot be delivered to the following", "your message cannot be delivered",
    "message was undeliverable", "message was not deliverable", "mail was undeliverable",
    "undeliverable to", "undeliverable address", "undeliverable because", "mail is undeliverable",
    # Exchange, Outlook, Domino, GroupWise, Netscape, cc:Mail, Microsoft SMTP
    "did not reach the following recipient", "did not reach some or all", "did not reach all",
    "delivery has failed to these recipients", "the following recipient(s) could not be reached",
    "the following recipients could not be reached", "recipient(s) cannot be reached",
    "the following organization rejected your message", "rejected your message to the following",
    "your message couldn't be delivered", "your message wasn't delivered", "your message was not delivered",
    "message was not delivered to", "message wasn't delivered to", "was not delivered to",
    "wasn't delivered to", "couldn't be delivered to", "could not be delivered to",
    "cannot be delivered to", "can't be delivered to", "could not be delivered because",
    "could not be delivered for the following reason", "not be delivered due to",
    "following recipients did not receive", "did not receive your message",
    "following addresses did not receive", "did not receive a copy of your message",
    "did not receive this message", "this message was undeliverable due to",
    "message that you sent was undeliverable", "could not deliver message to",
    "could not deliver the message", "could not deliver your", "couldn't deliver your",
    "couldn't deliver the message", "failed to deliver to", "failed to deliver your",
    "failed to deliver the", "delivery failed", "delivery failure", "has encountered a delivery problem",
    "non-delivery report", "following mail could not be delivered", "email below could not be delivered",
    "message below could not be delivered", "mail could not be delivered", "message could not be delivered",
    "email could not be delivered", "e-mail could not be delivered", "message can not be delivered",
    "message cannot be delivered", "mail cannot be delivered", "could not be sent to",
    "message has not been delivered", "mail was not delivered", "message not delivered",
    "mail has been returned because", "has been returned because", "being returned to you",
    "was returned to you because", "has been returned to the sender", "returning your message",
    "returning your mail",
    # large providers
    "the following message to", "address not found", "address couldn't be found",
    "recipient address rejected", "each of the following recipients was rejected",
    "rejected by a remote mail server", "group you tried to contact",
    "may not exist, or you may not have permission", "not have permission to post",
    "message was not accepted", "message was rejected by", "message was blocked by", "was blocked by our",
    "your email has been rejected", "your message has been rejected", "your mail has been rejected",
    "was automatically rejected", "has been blocked by",
    # list and gateway software
    "message from interscan", "mailmarshal", "message was not delivered due to", "failed recipients",
    "failed recipient:", "following recipient(s)", "intended recipient:", "no such user here",
    "user unknown", "unknown user", "no such user", "user not found", "invalid user address",
    "mailbox unavailable", "mailbox not found", "does not exist here", "mailbox is full", "mailbox full",
    "over quota", "exceeded quota", "not a valid user here", "unknown recipient", "invalid recipient",
    "unrouteable", "unroutable", "host unknown", "no matches to nameserver", "mailbox exceeds allowed size",
    "message exceeds size limit",
    # German
    "konnte nicht zugestellt werden", "konnte an folgende", "konnten nicht zugestellt",
    "nicht zugestellt werden", "kann nicht zugestellt werden", "konnte nicht übermittelt",
    "konnte nicht ausgeliefert", "ist unzustellbar", "war unzustellbar", "als unzustellbar",
    "fehler bei der zustellung", "fehler beim zustellen", "zustellung fehlgeschlagen",
    "zustellung ist fehlgeschlagen", "zustellung nicht möglich", "alle empfänger nicht erreicht",
    "fehler bei der nachrichtenzustellung", "nicht ausgeliefert werden", "empfänger nicht erreicht",
    "empfänger unbekannt",
    # French
    "n'a pas pu être remis", "n'a pu être remis", "n'a pas été remis", "n'a pas pu etre remis",
    "n'a pas pu être délivré", "n'a pas pu etre delivre", "n'a pu être délivré", "n'a pas été délivré",
    "n'a pas pu être livré", "n'a pas pu être distribué", "n'a pas été distribué",
    "n'a pas pu être achemin", "n'a pas pu être envoyé", "n'a pas pu être transmis",
    "impossible de remettre", "impossible de délivrer", "impossible de distribuer", "échec de la remise",
    "échec de remise", "n'existe pas. veuillez", "n'a pas atteint certains", "n'ont pas reçu",
    # Italian, Spanish, Portuguese
    "non è stato possibile recapitare", "non è stato recapitato", "impossibile recapitare",
    "non può essere recapitat", "non è stato possibile consegnare", "impossibile consegnare",
    "non è stato consegnato", "non può essere consegnat", "non ha raggiunto", "consegna non riuscita",
    "errore durante la consegna", "no se ha podido entregar", "no se pudo entregar", "no se puede entregar",
    "no ha podido ser entregado", "no pudo ser entregado", "no puede ser entregado", "no fue entregado",
    "no se entregó", "no ha sido entregado", "error al entregar", "no se pudo enviar", "no ha llegado a",
    "no llegó a", "imposible entregar", "no fue posible entregar", "no ha sido posible entregar",
    "no pudo entregarse", "não foi possível entregar", "não pôde ser entregue", "não pode ser entregue",
    "não foi entregue", "falha na entrega", "não chegou a", "não foi possível enviar",
    "nao foi possivel entregar", "nao pode ser entregue",
    # Dutch and the North
    "kon niet worden bezorgd", "kan niet worden bezorgd", "kon niet worden afgeleverd",
    "niet worden afgeleverd", "is niet bezorgd", "niet bezorgd aan", "kunde inte levereras",
    "kunde inte leverera", "kan inte levereras", "kunne ikke leveres", "kan ikke leveres",
    "blev ikke leveret", "ble ikke levert", "ei voitu toimittaa", "ei voida toimittaa",
    # The East
    "nie mogła zostać dostarczona", "nie może zostać dostarczona", "nie została dostarczona",
    "nie można dostarczyć", "nie mogla zostac", "nie może być dostarczona", "nie zostala dostarczona",
    "nie mogła być dostarczona", "nelze doručit", "nebylo možné doručit", "nemohla být doručena",
    "nepodařilo doručit", "nebolo možné doručiť", "nem sikerült kézbesíteni", "nem kézbesíthető",
    "nu a putut fi livrat", "teslim edilemedi", "iletilemedi", "не может быть доставлен",
    "не могло быть доставлен", "не было доставлен", "не удалось доставить", "невозможно доставить",
    "не доставлено", "не смогли доставить", "не получилось доставить", "письмо не доставлен",
    "не вдалося доставити", "не може бути доставлен", "δεν ήταν δυνατή η παράδοση",
    "δεν μπόρεσε να παραδοθεί", "配信できません", "配信に失敗", "配信不能", "配達できません",
    "送信できません", "お届けできません", "届けることができません", "届けられません", "届きませんでした",
    "配送できません", "受信者が見つかりません", "宛先が見つかりません", "存在しません", "无法投递",
    "投递失败", "无法送达", "未能送达", "不能送达", "无法发送", "被退回", "退信原因", "无法到达",
    "发送失败", "不存在", "無法傳遞", "無法送達", "無法投遞", "無法寄達", "배달하지 못", "배달되지 않",
    "전달할 수 없", "전송할 수 없", "전송하지 못",
)  # fmt: skip

SENDERS = (
    "mail delivery", "mail deliver system", "mailer-daemon", "mailer daemon", "mail system", "mailsystem",
    "system administrator", "mail administrator", "mail_service", "postmaster", "mailer@",
    "delivery subsystem", "interscan", "imss@", "antivirus", "mailmarshal", "mailsweeper", "ndr@",
    "bounce@", "bounces@", "internet mail delivery", "mdaemon", "jetmail", "smtp gateway", "mailgateway",
    "mail gateway", "mail router", "microsoft outlook", "microsoft exchange", "spam firewall", "<>",
)  # fmt: skip
"""In the From field, name or address: software, or people who use such a name."""

COPY_STARTS = (
    "the original message follows", "the original message is", "your original message follows",
    "your original message is", "undelivered message follows", "unsent message follows",
    "unsent message below", "original mail as follows", "original mail follows", "the first 1",
    "the first 2", "the first 5", "return-path:", "received: ", "received:\t", "below this line",
    "below the next line", "this is a copy of", "original message", "the body of the message",
    "enclosed is a copy", "included is a copy", "included below", "attached is a copy", "here is a copy",
    "below is a copy", "following is a copy", "copy of the message", "copy of your message",
    "message header follows", "message headers follow", "message text follows", "message body follows",
    "the header of the original", "the headers of the original", "header of the source mail",
    "headers of the original", "the header and top", "start of returned", "returned mail follows",
    "failed message follows", "forwarded message", "contents of original", "your message follows",
    "message follows", "mail follows", "begin original", "message-header", "text of message",
    "start of message", "ursprüngliche nachricht", "originalnachricht", "original-nachricht",
    "kopie der nachricht", "kopie ihrer", "message d'origine", "copie du message", "en-têtes de message",
    "en-têtes du message", "messaggio originale", "copia del messaggio", "mensaje original",
    "copia del mensaje", "mensagem original", "oorspronkelijk bericht", "oryginalna wiadomość",
    "ниже этой линии", "исходное сообщение", "копия сообщения", "оригинал сообщения", "元のメッセージ",
    "元メール", "原邮件", "原始邮件", "原始郵件", "원본 메시지",
)  # fmt: skip
"""How the line begins below which a system quotes the returned letter, rulers stripped."""
MOST_OF_COPY_START = 200  # characters; a longer line is a sentence

COPY_TITLES = (
    "returned mail", "undeliverable mail", "undeliverable message", "undelivered message",
    "rejected message", "returned message", "bounced message", "original mail", "original text",
    "original headers", "old message", "message contents", "unsent message", "non-delivered message",
    "message original", "message header", "message headers", "原文", "forwarded message", "failed message",
    "returned headers", "returned text", "mail attached", "message text",
)  # fmt: skip
"""The whole of such a line."""

TRACES = ("return-path:", "received:", "message-id:")
"""Fields that a person's mail program omits when it quotes."""

OF_A_RECIPIENT = (
    "recipient", "deliver", "rcpt to", "addressed to", "failed", "unknown", "rejected", "could not be",
    "no such", "mailbox", "not reach", "your message to", "message to", "mail to", "address", "user",
    "account", "quota", "empfänger", "zustell", "zugestellt", "destinataire", "remis", "adresse",
    "destinatari", "recapit", "consegn", "entreg", "enviar", "destinatár", "ontvanger", "bezorg", "odbiorc",
    "adresat", "dostarcz", "příjemce", "doruč", "получател", "достав", "адрес", "宛先", "受信者",
    "アドレス", "收件人", "地址", "받는 사람", "수신자",
)  # fmt: skip
OF_SOMEBODY_ELSE = (
    "contact", "assistance", "for help", "mail from", "from:", "sender", "message-id", "http:", "https:",
    "reporting-mta", "reply", "von:", "absender", "expéditeur", "mittente", "remitente", "postmaster@",
    "reached at", "questions",
)  # fmt: skip
TO = (
    "to:", "an:", "à:", "a:", "para:", "aan:", "till:", "til:", "do:", "komu:", "кому:", "宛先:", "收件人:",
)  # fmt: skip
