/* Builds each of the twenty APDUs in libyaz's structures, once with the mandatory components alone and
 * once full, and writes a line for each: the number, "minimal" or "full", the octets in hexadecimal.
 * Each string holds the standard's name of its component, so that the reader can check where it landed.
 */
#include <stdio.h>
#include <string.h>
#include <yaz/ill.h>
#include <yaz/odr.h>

static ODR o;
static int full;

static void *fresh(size_t size)
{
    return memset(odr_malloc(o, size), 0, size);
}

#define NEW(type, name) type *name = fresh(sizeof *name)
#define NUMBER(n) odr_intdup(o, n)
#define FLAG(b) odr_booldup(o, b)
#define DATE(text) odr_strdup(o, text)
#define LIST(type, of, length) \
    static type **of##_list(void) \
    { \
        int i; \
        type **list = fresh(length * sizeof *list); \
        for (i = 0; i < length; i++) \
            list[i] = of(); \
        return list; \
    }

static ILL_String *string(const char *name)
{
    NEW(ILL_String, s);
    s->which = ILL_String_GeneralString;
    s->u.GeneralString = odr_strdup(o, name);
    return s;
}

static ILL_String *visible(const char *name)
{
    NEW(ILL_String, s);
    s->which = ILL_String_EDIFACTString;
    s->u.EDIFACTString = odr_strdup(o, name);
    return s;
}

static ILL_System_Id *system_id(void)
{
    NEW(ILL_System_Id, id);
    NEW(ILL_Person_Or_Institution_Symbol, symbol);
    NEW(ILL_Name_Of_Person_Or_Institution, name);
    symbol->which = ILL_Person_Or_Institution_Symbol_institution_symbol;
    symbol->u.institution_symbol = string("institution-symbol");
    name->which = ILL_Name_Of_Person_Or_Institution_name_of_institution;
    name->u.name_of_institution = visible("name-of-institution");
    id->person_or_institution_symbol = symbol;
    id->name_of_person_or_institution = name;
    return id;
}
LIST(ILL_System_Id, system_id, 2)

static ILL_System_Address *system_address(void)
{
    NEW(ILL_System_Address, a);
    a->telecom_service_identifier = string("telecom-service-identifier");
    a->telecom_service_address = string("telecom-service-address");
    return a;
}

static ILL_Postal_Address *postal_address(void)
{
    NEW(ILL_Postal_Address, a);
    NEW(ILL_Name_Of_Person_Or_Institution, name);
    name->which = ILL_Name_Of_Person_Or_Institution_name_of_person;
    name->u.name_of_person = string("name-of-person");
    a->name_of_person_or_institution = name;
    a->extended_postal_delivery_address = string("extended-postal-delivery-address");
    a->street_and_number = string("street-and-number");
    a->post_office_box = string("post-office-box");
    a->city = string("city");
    a->region = string("region");
    a->country = string("country");
    a->postal_code = string("postal-code");
    return a;
}

static ILL_Delivery_Address *delivery_address(void)
{
    NEW(ILL_Delivery_Address, a);
    a->postal_address = postal_address();
    a->electronic_address = system_address();
    return a;
}

static ILL_Transaction_Id *transaction_id(void)
{
    NEW(ILL_Transaction_Id, t);
    t->transaction_group_qualifier = string("transaction-group-qualifier");
    t->transaction_qualifier = string("transaction-qualifier");
    if (full) {
        t->initial_requester_id = system_id();
        t->sub_transaction_qualifier = string("sub-transaction-qualifier");
    }
    return t;
}

static ILL_Service_Date_Time *service_date_time(void)
{
    NEW(ILL_Service_Date_Time, when);
    NEW(ILL_Service_Date_this, now);
    NEW(ILL_Service_Date_original, then);
    now->date = DATE("20260805");
    if (full) {
        now->time = DATE("101500");
        then->date = DATE("20260804");
        then->time = DATE("235959");
        when->date_time_of_original_service = then;
    }
    when->date_time_of_this_service = now;
    return when;
}

/* An element of its own: SEQUENCE { [0] "abc" }, with a length that is known. */
static Odr_any *any(void)
{
    NEW(Odr_any, a);
    a->buf = odr_strdupn(o, "\x30\x05\x80\x03" "abc", 7);
    a->len = 7;
    return a;
}

static Odr_external *external(void)
{
    NEW(Odr_external, e);
    e->direct_reference = odr_getoidbystr(o, "1.0.10161.13.99");
    e->which = ODR_EXTERNAL_single;
    e->u.single_ASN1_type = any();
    return e;
}
LIST(Odr_external, external, 2)

static ILL_Extension *extension(void)
{
    NEW(ILL_Extension, e);
    e->identifier = NUMBER(7);
    e->critical = FLAG(0);
    e->item = any();
    return e;
}
LIST(ILL_Extension, extension, 3)

static ILL_Supplemental_Item_Description *supplement(void)
{
    NEW(ILL_Supplemental_Item_Description, s);
    s->num = 2;
    s->elements = external_list();
    return s;
}

static ILL_Client_Id *client_id(void)
{
    NEW(ILL_Client_Id, c);
    c->client_name = string("client-name");
    c->client_status = string("client-status");
    c->client_identifier = string("client-identifier");
    return c;
}

static ILL_Amount *amount(void)
{
    NEW(ILL_Amount, a);
    a->currency_code = odr_strdup(o, "EUR");
    a->monetary_value = odr_strdup(o, "12.50");
    return a;
}

static ILL_Electronic_Delivery_Service *electronic(void)
{
    NEW(ILL_Electronic_Delivery_Service, e);
    NEW(ILL_Electronic_Delivery_Service_0, service);
    NEW(ILL_Electronic_Delivery_Service_1, type);
    service->e_delivery_mode = odr_getoidbystr(o, "1.0.10161.18.1");
    service->e_delivery_parameters = any();
    type->document_type_id = odr_getoidbystr(o, "2.999.1");
    type->document_type_parameters = any();
    e->e_delivery_service = service;
    e->document_type = type;
    e->e_delivery_description = string("e-delivery-description");
    e->which = ILL_Electronic_Delivery_Service_e_delivery_address;
    e->u.e_delivery_address = system_address();
    e->name_or_code = string("name-or-code");
    e->delivery_time = DATE("080000");
    return e;
}
LIST(ILL_Electronic_Delivery_Service, electronic, 2)

static ILL_Delivery_Service *delivery_service(void)
{
    NEW(ILL_Delivery_Service, d);
    NEW(ILL_Delivery_ServiceElectronic_delivery, list);
    list->num = 2;
    list->elements = electronic_list();
    d->which = ILL_Delivery_Service_electronic_delivery;
    d->u.electronic_delivery = list;
    return d;
}

static ILL_Item_Id *item_id(void)
{
    NEW(ILL_Item_Id, i);
    if (!full)
        return i;
    i->item_type = NUMBER(ILL_Item_Id_serial);
    i->held_medium_type = NUMBER(ILL_Medium_Type_printed);
    i->call_number = string("call-number");
    i->author = string("author");
    i->title = string("title");
    i->sub_title = string("sub-title");
    i->sponsoring_body = string("sponsoring-body");
    i->place_of_publication = string("place-of-publication");
    i->publisher = string("publisher");
    i->series_title_number = string("series-title-number");
    i->volume_issue = string("volume-issue");
    i->edition = string("edition");
    i->publication_date = string("publication-date");
    i->publication_date_of_component = string("publication-date-of-component");
    i->author_of_article = string("author-of-article");
    i->title_of_article = string("title-of-article");
    i->pagination = string("pagination");
    i->national_bibliography_no = external();
    i->iSBN = string("iSBN");
    i->iSSN = string("iSSN");
    i->system_no = external();
    i->additional_no_letters = string("additional-no-letters");
    i->verification_reference_source = string("verification-reference-source");
    return i;
}

static ILL_Send_To_List_Type *send_to_list(void)
{
    NEW(ILL_Send_To_List_Type, list);
    NEW(ILL_Send_To_List_Type_s, entry);
    entry->system_id = system_id();
    entry->account_number = string("account-number");
    entry->system_address = system_address();
    list->num = 1;
    list->elements = fresh(sizeof *list->elements);
    list->elements[0] = entry;
    return list;
}

static ILL_Already_Tried_List_Type *already_tried(void)
{
    NEW(ILL_Already_Tried_List_Type, list);
    list->num = 2;
    list->elements = system_id_list();
    return list;
}

static ILL_Responder_Optional_Messages_Type *responder_messages(void)
{
    NEW(ILL_Responder_Optional_Messages_Type, m);
    m->can_send_SHIPPED = FLAG(1);
    m->can_send_CHECKED_IN = FLAG(0);
    m->responder_RECEIVED = NUMBER(1);
    m->responder_RETURNED = NUMBER(3);
    return m;
}

static ILL_Date_Due *date_due(void)
{
    NEW(ILL_Date_Due, d);
    d->date_due_field = DATE("20260901");
    d->renewable = FLAG(1);
    return d;
}

static ILL_Location_Info *location(void)
{
    NEW(ILL_Location_Info, l);
    l->location_id = system_id();
    l->location_address = system_address();
    l->location_note = string("location-note");
    return l;
}
LIST(ILL_Location_Info, location, 2)

/* Every APDU: the five that all have, here as p, a pointer to the APDU's own structure. */
#define BEGIN(type, alternative, n) \
    NEW(type, p); \
    apdu->which = n; \
    apdu->u.alternative = p; \
    p->protocol_version_num = NUMBER(full ? 2 : 1); \
    p->transaction_id = transaction_id(); \
    p->service_date_time = service_date_time(); \
    if (full) { \
        p->requester_id = system_id(); \
        p->responder_id = system_id(); \
    }
#define EXTENSIONS(component) \
    if (full) { \
        p->num_##component = 3; \
        p->component = extension_list(); \
    }
#define NOTE(component, name) \
    if (full) \
        p->component = string(name);

static void request(ILL_APDU *apdu)
{
    BEGIN(ILL_Request, illRequest, ILL_APDU_ILL_Request)
    NEW(ILL_Requester_Optional_Messages_Type, messages);
    messages->can_send_RECEIVED = FLAG(1);
    messages->can_send_RETURNED = FLAG(1);
    messages->requester_SHIPPED = NUMBER(2);
    messages->requester_CHECKED_IN = NUMBER(3);
    p->requester_optional_messages = messages;
    p->transaction_type = NUMBER(1);
    p->num_iLL_service_type = 1;
    p->iLL_service_type = fresh(sizeof *p->iLL_service_type);
    p->iLL_service_type[0] = NUMBER(ILL_Service_Type_copy_non_returnable);
    p->place_on_hold = NUMBER(ILL_Place_On_Hold_Type_no);
    p->item_id = item_id();
    p->retry_flag = FLAG(0);
    p->forward_flag = FLAG(1);
    if (full) {
        NEW(ILL_Search_Type, search);
        NEW(ILL_Supply_Medium_Info_Type, medium);
        NEW(ILL_Cost_Info_Type, cost);
        NEW(ILL_Third_Party_Info_Type, third);
        search->level_of_service = string("level-of-service");
        search->need_before_date = DATE("20260831");
        search->expiry_flag = NUMBER(2);
        search->expiry_date = DATE("20260901");
        medium->supply_medium_type = NUMBER(2);
        medium->medium_characteristics = string("medium-characteristics");
        cost->account_number = string("account-number");
        cost->maximum_cost = amount();
        cost->reciprocal_agreement = FLAG(1);
        cost->will_pay_fee = FLAG(1);
        cost->payment_provided = FLAG(0);
        third->permission_to_forward = FLAG(1);
        third->permission_to_chain = FLAG(0);
        third->permission_to_partition = FLAG(1);
        third->permission_to_change_send_to_list = FLAG(0);
        third->initial_requester_address = system_address();
        third->preference = NUMBER(1);
        third->send_to_list = send_to_list();
        third->already_tried_list = already_tried();
        p->delivery_address = delivery_address();
        p->delivery_service = delivery_service();
        p->billing_address = delivery_address();
        p->responder_specific_service = external();
        p->search_type = search;
        p->num_supply_medium_info_type = 1;
        p->supply_medium_info_type = fresh(sizeof *p->supply_medium_info_type);
        p->supply_medium_info_type[0] = medium;
        p->client_id = client_id();
        p->supplemental_item_description = supplement();
        p->cost_info_type = cost;
        p->copyright_compliance = string("copyright-compliance");
        p->third_party_info_type = third;
        p->requester_note = string("requester-note");
        p->forward_note = string("forward-note");
    }
    EXTENSIONS(iLL_request_extensions)
}

static void forward_notification(ILL_APDU *apdu)
{
    BEGIN(ILL_Forward_Notification, Forward_Notification, ILL_APDU_Forward_Notification)
    p->responder_id = system_id();
    p->intermediary_id = system_id();
    if (full)
        p->responder_address = system_address();
    NOTE(notification_note, "notification-note")
    EXTENSIONS(forward_notification_extensions)
}

static void shipped(ILL_APDU *apdu)
{
    BEGIN(ILL_Shipped, Shipped, ILL_APDU_Shipped)
    NEW(ILL_Supply_Details, details);
    p->transaction_type = NUMBER(1);
    p->shipped_service_type = NUMBER(ILL_Service_Type_loan);
    p->supply_details = details;
    if (full) {
        NEW(ILL_Units_Per_Medium_Type, units);
        units->medium = NUMBER(1);
        units->no_of_units = NUMBER(300);
        details->date_shipped = DATE("20260805");
        details->date_due = date_due();
        details->chargeable_units = NUMBER(9999);
        details->cost = amount();
        details->shipped_conditions = NUMBER(ILL_Supply_Details_library_use_only);
        details->which = ILL_Supply_Details_electronic_delivery;
        details->u.electronic_delivery = electronic();
        details->insured_for = amount();
        details->return_insurance_require = amount();
        details->num_no_of_units_per_medium = 1;
        details->no_of_units_per_medium = fresh(sizeof *details->no_of_units_per_medium);
        details->no_of_units_per_medium[0] = units;
        p->responder_address = system_address();
        p->intermediary_id = system_id();
        p->supplier_id = system_id();
        p->client_id = client_id();
        p->supplemental_item_description = supplement();
        p->responder_optional_messages = responder_messages();
        p->return_to_address = postal_address();
    }
    NOTE(responder_note, "responder-note")
    EXTENSIONS(shipped_extensions)
}

static void explain(ILL_Answer *p)
{
    NEW(ILL_Will_Supply_Results, will);
    will->reason_will_supply = NUMBER(26);
    will->supply_date = DATE("20260806");
    will->return_to_address = postal_address();
    will->num_locations = 2;
    will->locations = location_list();
    will->electronic_delivery_service = electronic();
    p->which = ILL_Answer_will_supply_results;
    p->u.will_supply_results = will;
}

static void answer(ILL_APDU *apdu)
{
    BEGIN(ILL_Answer, illAnswer, ILL_APDU_ILL_Answer)
    p->transaction_results = NUMBER(5);
    if (full) {
        explain(p);
        p->responder_specific_results = external();
        p->supplemental_item_description = supplement();
        p->send_to_list = send_to_list();
        p->already_tried_list = already_tried();
        p->responder_optional_messages = responder_messages();
    }
    NOTE(responder_note, "responder-note")
    EXTENSIONS(ill_answer_extensions)
}

static void conditional_reply(ILL_APDU *apdu)
{
    BEGIN(ILL_Conditional_Reply, Conditional_Reply, ILL_APDU_Conditional_Reply)
    p->answer = FLAG(1);
    NOTE(requester_note, "requester-note")
    EXTENSIONS(conditional_reply_extensions)
}

static void cancel(ILL_APDU *apdu)
{
    BEGIN(ILL_Cancel, Cancel, ILL_APDU_Cancel)
    NOTE(requester_note, "requester-note")
    EXTENSIONS(cancel_extensions)
}

static void cancel_reply(ILL_APDU *apdu)
{
    BEGIN(ILL_Cancel_Reply, Cancel_Reply, ILL_APDU_Cancel_Reply)
    p->answer = FLAG(0);
    NOTE(responder_note, "responder-note")
    EXTENSIONS(cancel_reply_extensions)
}

static void received(ILL_APDU *apdu)
{
    BEGIN(ILL_Received, Received, ILL_APDU_Received)
    p->date_received = DATE("20260807");
    p->shipped_service_type = NUMBER(1);
    if (full) {
        p->supplier_id = system_id();
        p->supplemental_item_description = supplement();
    }
    NOTE(requester_note, "requester-note")
    EXTENSIONS(received_extensions)
}

static void recall(ILL_APDU *apdu)
{
    BEGIN(ILL_Recall, Recall, ILL_APDU_Recall)
    NOTE(responder_note, "responder-note")
    EXTENSIONS(recall_extensions)
}

static void returned(ILL_APDU *apdu)
{
    BEGIN(ILL_Returned, Returned, ILL_APDU_Returned)
    p->date_returned = DATE("20260830");
    if (full) {
        p->supplemental_item_description = supplement();
        p->returned_via = string("returned-via");
        p->insured_for = amount();
    }
    NOTE(requester_note, "requester-note")
    EXTENSIONS(returned_extensions)
}

static void checked_in(ILL_APDU *apdu)
{
    BEGIN(ILL_Checked_In, Checked_In, ILL_APDU_Checked_In)
    p->date_checked_in = DATE("20260902");
    NOTE(responder_note, "responder-note")
    EXTENSIONS(checked_in_extensions)
}

static void overdue(ILL_APDU *apdu)
{
    BEGIN(ILL_Overdue, Overdue, ILL_APDU_Overdue)
    p->date_due = date_due();
    NOTE(responder_note, "responder-note")
    if (full) {
        NEW(ILL_Overdue_ExtensionS, list);
        list->num = 3;
        list->elements = extension_list();
        p->overdue_extensions = list;
    }
}

static void renew(ILL_APDU *apdu)
{
    BEGIN(ILL_Renew, Renew, ILL_APDU_Renew)
    if (full)
        p->desired_due_date = DATE("20261001");
    NOTE(requester_note, "requester-note")
    EXTENSIONS(renew_extensions)
}

static void renew_answer(ILL_APDU *apdu)
{
    BEGIN(ILL_Renew_Answer, Renew_Answer, ILL_APDU_Renew_Answer)
    p->answer = FLAG(1);
    if (full)
        p->date_due = date_due();
    NOTE(responder_note, "responder-note")
    EXTENSIONS(renew_answer_extensions)
}

static void lost(ILL_APDU *apdu)
{
    BEGIN(ILL_Lost, Lost, ILL_APDU_Lost)
    NOTE(note, "note")
    EXTENSIONS(lost_extensions)
}

static void damaged(ILL_APDU *apdu)
{
    BEGIN(ILL_Damaged, Damaged, ILL_APDU_Damaged)
    if (full) {
        NEW(ILL_Damaged_Details, details);
        NEW(ILL_Damaged_DetailsSpecific_units, units);
        units->num = 2;
        units->elements = fresh(2 * sizeof *units->elements);
        units->elements[0] = NUMBER(3);
        units->elements[1] = NUMBER(128);
        details->document_type_id = odr_getoidbystr(o, "1.0.10161.99");
        details->which = 2;
        details->u.specific_units = units;
        p->damaged_details = details;
    }
    NOTE(note, "note")
    EXTENSIONS(damaged_extensions)
}

static void message(ILL_APDU *apdu)
{
    BEGIN(ILL_Message, Message, ILL_APDU_Message)
    p->note = string("note");
    EXTENSIONS(message_extensions)
}

static void status_query(ILL_APDU *apdu)
{
    BEGIN(ILL_Status_Query, Status_Query, ILL_APDU_Status_Query)
    NOTE(note, "note")
    EXTENSIONS(status_query_extensions)
}

static ILL_Status_Report *status_report(void)
{
    NEW(ILL_Status_Report, report);
    NEW(ILL_History_Report, history);
    history->date_requested = DATE("20260801");
    history->author = string("author");
    history->title = string("title");
    history->author_of_article = string("author-of-article");
    history->title_of_article = string("title-of-article");
    history->date_of_last_transition = DATE("20260802");
    history->most_recent_service = NUMBER(ILL_History_Report_fORWARD);
    history->date_of_most_recent_service = DATE("20260803");
    history->initiator_of_most_recent_service = system_id();
    history->shipped_service_type = NUMBER(1);
    history->transaction_results = NUMBER(1);
    history->most_recent_service_note = string("most-recent-service-note");
    report->user_status_report = history;
    report->provider_status_report = NUMBER(ILL_Current_State_rENEW_PENDING);
    return report;
}

static ILL_Error_Report *error_report(void)
{
    NEW(ILL_Error_Report, report);
    NEW(ILL_User_Error_Report, user);
    NEW(ILL_Already_Forwarded, forwarded);
    NEW(ILL_Provider_Error_Report, provider);
    NEW(ILL_State_Transition_Prohibited, prohibited);
    forwarded->responder_id = system_id();
    forwarded->responder_address = system_address();
    user->which = 1;
    user->u.already_forwarded = forwarded;
    prohibited->aPDU_type = NUMBER(ILL_APDU_Type_rENEW);
    prohibited->current_state = NUMBER(ILL_Current_State_rECALL);
    provider->which = ILL_Provider_Error_Report_state_transition_prohibited;
    provider->u.state_transition_prohibited = prohibited;
    report->correlation_information = string("correlation-information");
    report->report_source = NUMBER(ILL_Report_Source_provider);
    report->user_error_report = user;
    report->provider_error_report = provider;
    return report;
}

static void report(ILL_APDU *apdu)
{
    BEGIN(ILL_Status_Or_Error_Report, Status_Or_Error_Report, ILL_APDU_Status_Or_Error_Report)
    if (full) {
        p->reason_no_report = NUMBER(ILL_Reason_No_Report_temporary);
        p->status_report = status_report();
        p->error_report = error_report();
    }
    NOTE(note, "note")
    EXTENSIONS(status_or_error_report_extensions)
}

static void expired(ILL_APDU *apdu)
{
    BEGIN(ILL_Expired, Expired, ILL_APDU_Expired)
    EXTENSIONS(expired_extensions)
}

static void (*const builders[])(ILL_APDU *) = {
    request, forward_notification, shipped, answer, conditional_reply, cancel, cancel_reply,
    received, recall, returned, checked_in, overdue, renew, renew_answer, lost, damaged, message,
    status_query, report, expired,
};

int main(void)
{
    size_t i;
    int j, size;

    for (full = 0; full < 2; full++)
        for (i = 0; i < sizeof builders / sizeof *builders; i++) {
            ILL_APDU *apdu;
            unsigned char *octets;
            o = odr_createmem(ODR_ENCODE);
            apdu = fresh(sizeof *apdu);
            builders[i](apdu);
            if (!ill_APDU(o, &apdu, 0, 0)) {
                fprintf(stderr, "APDU %d: %s\n", apdu->which, odr_errmsg(odr_geterror(o)));
                return 1;
            }
            octets = (unsigned char *) odr_getbuf(o, &size, 0);
            printf("%d %s ", apdu->which, full ? "full" : "minimal");
            for (j = 0; j < size; j++)
                printf("%02x", octets[j]);
            printf("\n");
            odr_destroy(o);
        }
    return 0;
}
